/** The text that is printed after the start: the addresses to open. */
export function welcome(orders: string, payments: string): string {
  return `
The sample application is running.

  orders     ${orders}/orders
  live       ${orders}/health/live
  ready      ${orders}/health/ready
  startup    ${orders}/health/startup
  deep       ${orders}/health/deep
  billing    ${orders}/health/billing
  page       ${orders}/health/dashboard
  payments   ${payments}/health/ready

sample-app/README.md shows how to break each dependency, and the responses that follow. Ctrl-C stops both services.

`;
}
