/** The URLs of the services, and the key. */
export interface Addresses {
  readonly orders: string;
  /** The management port of orders. */
  readonly management: string;
  readonly payments: string;
  /** The management port of the worker, which has no other one. */
  readonly worker: string;
  /** The key of the buttons on the page, or where it comes from. */
  readonly key: string;
}

/** The text that is printed after the start: the addresses to open. */
export function welcome({ orders, management, payments, worker, key }: Addresses): string {
  return `
The sample application is running.

  orders     ${orders}/orders
  live       ${orders}/health/live
  ready      ${orders}/health/ready
  startup    ${orders}/health/startup
  deep       ${orders}/health/deep
  billing    ${orders}/health/billing
  fleet      ${orders}/health/fleet
  management ${management}/health/ready
  page       ${management}/health/dashboard
  key        ${key} (for the buttons of the page)
  payments   ${payments}/health/ready
  worker     ${worker}/health/ready

sample-app/README.md shows how to break each dependency, and the responses that follow. Ctrl-C stops all services.

`;
}
