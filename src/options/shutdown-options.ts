import type { Duration } from './duration.js';

/** Describes a prober by at least one criterion. A request must meet every criterion that is set. */
export interface ProberOptions {
  /** Addresses of the connection, or ranges in CIDR notation: `10.0.0.0/8`, `fd00::/8`. Addresses that a proxy reports do not count. Default: any. */
  readonly addresses?: string | readonly string[];
  /** The beginning of the header `User-Agent`: `ELB-HealthChecker/`. Default: any. */
  readonly agents?: string | readonly string[];
  /** Headers with exactly these values, compared in constant time. With a secret value, other callers cannot pass as this prober. Default: any. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of the shutdown. Time spans are milliseconds, or text with a unit (`'5s'`). */
export interface ShutdownOptions {
  /**
   * How long `ready` responds 503, while all requests are still served, before the shutdown waits for work in flight.
   * Default: `'auto'`, until each prober that requests readiness regularly has received three refusals in a row. The
   * kubelet does not count, because Kubernetes takes a deleted pod out of rotation itself. Without a prober the wait is
   * `minDelay`. A number is a fixed time in milliseconds. In a worker of `node:cluster` (PM2's cluster mode) the default is
   * `minDelay`, because the primary process sends requests to the other workers.
   *
   * @example
   * { delay: '10s' }
   */
  readonly delay?: 'auto' | Duration;
  /**
   * The shortest wait of `'auto'`. Default: 0 ms, and 5000 ms on Kubernetes: there nodes and balancers receive the removal of
   * a pod from the API server, and the application cannot observe when they have received it.
   */
  readonly minDelay?: Duration;
  /** The longest wait of `'auto'`. Default: 15,000 ms. The shutdown does not wait longer for a prober that sends fewer than three requests in this time. */
  readonly maxDelay?: Duration;
  /**
   * The probers that `'auto'` waits for; other callers do not count then. Default: every caller that requests readiness
   * regularly, except the kubelet and requests that came through a proxy. In the environment: a list of addresses.
   */
  readonly probers?: readonly ProberOptions[];
  /**
   * How long the shutdown then waits for requests in flight and announced work. Default: 10,000 ms. After this time the log
   * names them, their connections are closed, and the shutdown continues. With the defaults, `maxDelay` and `timeout` are
   * 25 s together, less than the 30 s that Kubernetes waits (`terminationGracePeriodSeconds`). If you raise them, raise that
   * value too.
   *
   * @example
   * { timeout: '12s' }
   */
  readonly timeout?: Duration;
}
