import type { CheckDefinition, CheckSettings } from '../../src/core/check.js';
import type { CheckRun, StatusChange } from '../../src/core/check-history.js';
import { CheckRunner } from '../../src/core/check-runner.js';
import { Limiter } from '../../src/core/limiter.js';
import { checkDefinition } from './check-definition.js';

/** A runner, with a record of each call to its owner. */
export class RecordedRunner {
  readonly settled: { readonly run: CheckRun; readonly change: StatusChange | undefined }[] = [];
  invalidations = 0;
  readonly runner: CheckRunner;

  constructor(check: CheckDefinition['check'], settings: Partial<CheckSettings> = {}, limiter = new Limiter()) {
    this.runner = new CheckRunner(checkDefinition('database', check, settings), limiter, {
      settled: (_runner, run, change) => this.settled.push({ run, change }),
      invalidated: () => (this.invalidations += 1),
    });
  }

  /** Requests an outcome as a probe does, and waits for it. */
  async refresh(): Promise<void> {
    await this.runner.refresh(performance.now());
  }
}
