import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { raceAbort, sleep as waitFor } from '../core/async.js';
import type { HealthReport } from '../core/report.js';
import { isFailing } from '../core/status.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { milliseconds, whole } from '../options/rules.js';
import { checkOptions } from './check-options.js';
import { NotReadyError } from './not-ready.error.js';

export interface StartOptions {
  /** Milliseconds until the application must be ready. Default: 10,000. */
  readonly timeout?: number;
  /** The port to listen on. Default: 0, any free port. */
  readonly port?: number;
}

/** The part of Nest's `TestingModule` that `startReady()` needs. */
interface TestingModule {
  createNestApplication(): INestApplication;
}

const RULES = { timeout: milliseconds(1), port: whole(0, 65_535) };
/** Milliseconds between two evaluations of `ready`. They run in process, so they are cheap. */
const EVALUATE_EVERY = 20;
/** Milliseconds that an application which did not become ready may take to close. */
const CLOSING_LIMIT = 10_000;

/** An application that listens on 127.0.0.1 and is ready. `await using` closes it at the end of the block. */
export class ReadyApplication<Application extends INestApplication = INestApplication> {
  #closing: Promise<void> | undefined;

  constructor(
    readonly app: Application,
    /** `http://127.0.0.1:<port>` */
    readonly url: string,
  ) {}

  /** Calls `app.close()` once. Further calls return the same promise. */
  close(): Promise<void> {
    return (this.#closing ??= this.app.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Starts an application on a free port of 127.0.0.1, and resolves when `ready` is `UP` or `DEGRADED`. It evaluates `ready` in
 * process, so it does not count as a prober that a shutdown waits for.
 *
 * If the start fails, it closes the application and throws the error of the start. If the application is not ready in time,
 * it closes the application and throws a `NotReadyError` with the last report.
 */
export async function startReady(module: TestingModule, options?: StartOptions): Promise<ReadyApplication>;
export async function startReady<Application extends INestApplication>(
  app: Application,
  options?: StartOptions,
): Promise<ReadyApplication<Application>>;
export async function startReady(
  source: TestingModule | INestApplication,
  options: StartOptions = {},
): Promise<ReadyApplication> {
  checkOptions('startReady', options, RULES);
  const { timeout = 10_000, port = 0 } = options;
  const app = 'createNestApplication' in source ? source.createNestApplication() : source;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeout);
  try {
    await raceAbort(app.listen(port, '127.0.0.1'), limit.signal, () => new NotReadyError(timeout, undefined));
    await untilReady(endpointsOf(app), timeout, limit.signal);
    return new ReadyApplication(app, await app.getUrl());
  } catch (error) {
    // An error of close() would hide the error of the start.
    await Promise.race([app.close(), sleep(CLOSING_LIMIT, undefined, { ref: false })]).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function endpointsOf(app: INestApplication): HealthEndpoints {
  try {
    return app.get<HealthEndpoints>(HEALTH_ENDPOINTS, { strict: false });
  } catch (cause) {
    throw new Error('The application has no HealthModule. Import HealthModule.forRoot() in its root module.', {
      cause,
    });
  }
}

async function untilReady(endpoints: HealthEndpoints, timeout: number, limit: AbortSignal): Promise<void> {
  let report: HealthReport;
  do {
    report = await endpoints.report('ready');
    if (!isFailing(report.status)) return;
    await waitFor(EVALUATE_EVERY, limit);
  } while (!limit.aborted);
  throw new NotReadyError(timeout, report);
}
