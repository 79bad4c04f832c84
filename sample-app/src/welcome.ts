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

What to break, and what the endpoints answer then: sample-app/README.md. Ctrl-C ends both services.

`;
}
