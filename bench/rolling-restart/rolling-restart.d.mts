import type { LoadFigures, Stop } from './figures.d.mts';

export interface RollingRestart {
  /** One of `subjects.mjs`. */
  readonly subject: string;
  /** One of `balancers.mjs`. */
  readonly balancer: string;
  /** Requests per second. */
  readonly rate: number;
  readonly rounds: number;
  /** Every so-many-th request is a POST. Default: what the subject says. Infinity: none. */
  readonly postEvery?: number;
  /** Environment variables of the instances. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
}

/** A request that was not answered as it should be. Times are milliseconds after the restart that it belongs to. */
export interface Failure {
  readonly method: string;
  readonly reason: string;
  readonly restart?: number;
  readonly afterSignal?: number;
  readonly afterExit?: number;
  /** What the balancer has written of it. */
  readonly balancer: string | undefined;
}

export interface RollingRestartFigures extends LoadFigures {
  readonly failures: readonly Failure[];
  readonly restarts: readonly Stop[];
}

export function restartInTurn(options: RollingRestart): Promise<RollingRestartFigures>;
