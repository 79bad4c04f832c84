/**
 * Counts the HTTP requests of the application that have no complete response yet, on the servers of its adapter and on those that
 * it opened itself with the adapter's request listener. `counts` decides by the path of a request, without its query. The
 * count reads the open connections, so a request costs nothing. Undefined: the application has no HTTP server.
 */
export type RequestsInFlight = (counts: (path: string) => boolean) => number | undefined;

/** The token under which `HealthModule` provides the function. It is the same in every copy of the package. */
export const REQUESTS_IN_FLIGHT = Symbol.for('nest-vitals:requests-in-flight');
