import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthData, type HealthResult, degraded, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { milliseconds, whole } from '../../options/rules.js';
import { askQueue } from './ping.js';
import { type BullMqQueue, isBullMqQueue } from './bullmq-queue.js';
import type { QueueReport } from './queue-report.js';

interface OwnOptions {
  /**
   * The application's `Queue`: the name that `BullModule.registerQueue` knows it by, an injection token, or the `Queue`
   * itself. Default: the queue that has the name of the indicator.
   */
  readonly queue?: ClientSource<BullMqQueue>;
  /** More jobs than this that wait for a worker are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
  /** More failed jobs than this, of those that the queue keeps, are DEGRADED. Default: unset. */
  readonly maxFailed?: number;
  /** Milliseconds: if the job that is next has waited for longer, the queue is DEGRADED. Default: unset. */
  readonly maxWaitingAge?: number;
  /** Fewer workers than this that are connected, anywhere, are DEGRADED. Default: unset, nobody looks. */
  readonly minWorkers?: number;
}

/** Options of {@link BullMqIndicator}. */
export interface BullMqIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

const COUNT = whole(0, Number.MAX_SAFE_INTEGER);

/** Looks at a queue of BullMQ: its server, the jobs in it and the workers on it, over the queue's own connection. */
export function BullMqIndicator(name: string, options: BullMqIndicatorOptions = {}): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>('BullMqIndicator', name, options, {
    queue: clientSource,
    maxWaiting: COUNT,
    maxFailed: COUNT,
    maxWaitingAge: milliseconds(1),
    minWorkers: whole(1, Number.MAX_SAFE_INTEGER),
  });
  const { own, place } = configured;

  class ConfiguredBullMqIndicator extends ClientIndicator<BullMqQueue> {
    protected request(): ClientRequest<BullMqQueue> {
      const given = own.queue ?? name;
      return {
        place,
        // The token that `BullModule` provides a queue under is made of its name.
        sources: typeof given === 'string' ? [`BullQueue_${given}`, given] : [given],
        accepts: isBullMqQueue,
        expected: 'a Queue of bullmq',
        remedy:
          "import BullModule.registerQueue(), or name the queue: { queue: 'mails' }, a token, or the Queue itself",
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      return assess(await askQueue(await this.client(), own.minWorkers !== undefined, signal), own);
    }
  }
  configured.annotate(ConfiguredBullMqIndicator);
  return ConfiguredBullMqIndicator;
}

/** One sentence for everything that is not as it should be. */
function assess(report: QueueReport, { maxWaiting, maxFailed, maxWaitingAge, minWorkers }: OwnOptions): HealthResult {
  const { waiting, active, delayed, failed, isPaused, waitingSince, workers } = report;
  const age = waitingSince === undefined ? undefined : Math.max(0, Date.now() - waitingSince);
  const data: HealthData = {
    waiting,
    active,
    delayed,
    failed,
    paused: isPaused,
    ...(age !== undefined && { oldest_waiting_seconds: Math.floor(age / 1000) }),
    ...(workers !== undefined && { workers }),
  };
  const problems: string[] = [];
  const beyond = (value: number | undefined, limit: number | undefined): boolean =>
    value !== undefined && limit !== undefined && value > limit;
  if (beyond(waiting, maxWaiting)) problems.push(`${waiting} jobs wait, more than ${maxWaiting}`);
  if (beyond(failed, maxFailed)) problems.push(`${failed} jobs have failed, more than ${maxFailed}`);
  if (age !== undefined && beyond(age, maxWaitingAge)) {
    problems.push(`the next job has waited for ${seconds(age)}, more than ${seconds(maxWaitingAge ?? 0)}`);
  }
  if (minWorkers !== undefined && workers === undefined) {
    problems.push('cannot count workers: the server does not list its clients');
  }
  if (beyond(minWorkers, workers)) problems.push(`${workers} workers are connected, fewer than ${minWorkers}`);
  return problems.length > 0 ? degraded(problems.join('; '), data) : up(data);
}

const seconds = (age: number): string => `${Number((age / 1000).toFixed(1))} s`;
