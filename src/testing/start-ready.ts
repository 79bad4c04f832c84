import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { pause } from '../core/pause.js';
import type { HealthReport } from '../core/report.js';
import { isFailing } from '../core/status.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../extension/health-endpoints.js';
import { milliseconds, whole } from '../options/rules.js';
import { checkOptions } from './check-options.js';
import { NotReadyError } from './not-ready.error.js';

export interface StartOptions {
  /** Milliseconds within which the application has to be ready. Default: 10,000. */
  readonly timeout?: number;
  /** The port to listen on. Default: 0, any free one. */
  readonly port?: number;
}

/** What `Test.createTestingModule().compile()` resolves to, as far as it is needed here. */
interface TestingModule {
  createNestApplication(): INestApplication;
}

const RULES = { timeout: milliseconds(1), port: whole(0, 65_535) };
/** Milliseconds. The application is asked in process, which is no load. */
const ASK_EVERY = 20;
/** How long an application that is given up may take to close. */
const CLOSING_LIMIT = 10_000;

/** An application that listens on 127.0.0.1 and is ready. `await using` closes it at the end of the block. */
export class ReadyApplication<Application extends INestApplication = INestApplication> {
  #closing: Promise<void> | undefined;

  constructor(
    readonly app: Application,
    /** `http://127.0.0.1:<port>` */
    readonly url: string,
  ) {}

  /** As `app.close()`, once: whoever calls it again waits for the same end. */
  close(): Promise<void> {
    return (this.#closing ??= this.app.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Starts an application on a free port of 127.0.0.1, and waits until `ready` is `UP` or `DEGRADED`. It is asked in
 * process: nothing of it counts as a balancer for whom a shutdown would wait.
 *
 * If it does not start it is closed, and what its start has thrown is thrown. If it is not ready in time, it is closed,
 * and a `NotReadyError` shows the last report.
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
    await within(app.listen(port, '127.0.0.1'), limit.signal, () => new NotReadyError(timeout, undefined));
    await untilReady(endpointsOf(app), timeout, limit.signal);
    return new ReadyApplication(app, await app.getUrl());
  } catch (error) {
    // What is wrong has been said. That it cannot be closed either would hide it.
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
    await pause(ASK_EVERY, limit);
  } while (!limit.aborted);
  throw new NotReadyError(timeout, report);
}

/** The promise, or a rejection with the error when the signal comes first. */
function within<T>(promise: Promise<T>, limit: AbortSignal, error: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(error());
    limit.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => limit.removeEventListener('abort', onAbort));
  });
}
