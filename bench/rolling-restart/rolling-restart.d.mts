import type { LoadFigures, Stop } from './figures.d.mts';

export interface RollingRestart {
  /** One of `subjects.mjs`. */
  readonly subject: string;
  /** One of `balancers.mjs`. */
  readonly balancer: string;
  /** Requests per second. */
  readonly rate: number;
  readonly rounds: number;
  /** How many of the three instances are restarted. Default: all. */
  readonly restarted?: number;
  /** Every n-th request is a POST. Default: the value of the subject. Infinity: none. */
  readonly postEvery?: number;
  /** Environment variables of the instances. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds of `fail_timeout` of nginx. Default: 10. */
  readonly failTimeout?: number;
  readonly onProgress?: (line: string) => void;
}

/** A failed request. Times are milliseconds relative to the restart during which it was sent. */
export interface Failure {
  readonly method: string;
  readonly reason: string;
  readonly restart?: number;
  readonly afterSignal?: number;
  readonly afterExit?: number;
  /** Log line of the balancer about the request. */
  readonly balancer: string | undefined;
}

export interface RollingRestartFigures extends LoadFigures {
  readonly failures: readonly Failure[];
  readonly restarts: readonly Stop[];
}

export function restartInTurn(options: RollingRestart): Promise<RollingRestartFigures>;
