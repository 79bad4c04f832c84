/** What is printed when everything runs: the addresses to open. */
export function welcome(orders: string, payments: string): string {
  return `
The sample application runs.

  orders     ${orders}/orders
  live       ${orders}/health/live
  ready      ${orders}/health/ready
  startup    ${orders}/health/startup
  deep       ${orders}/health/deep
  billing    ${orders}/health/billing
  page       ${orders}/health/dashboard
  payments   ${payments}/health/ready

sample-app/README.md says how to break it. Ctrl-C ends both services.

`;
}
