import type { Type } from '@nestjs/common';
import { assess } from '../../clients/assess.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { Duration, InMilliseconds } from '../../options/duration.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { duration, wholeFrom } from '../../options/rules.js';
import { type BullMqQueue, isBullMqQueue } from './bullmq-queue.js';
import { ping } from './ping.js';
import type { QueueReport } from './queue-report.js';

/** Options of {@link BullMqIndicator}. */
export interface BullMqIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The application's `Queue`: its name in `BullModule.registerQueue`, an injection token, or the `Queue` itself.
   * Default: the queue with the name of the indicator.
   */
  readonly queue?: ClientSource<BullMqQueue>;
  /** DEGRADED when more jobs than this wait for a worker. Default: unset, no limit. */
  readonly maxWaiting?: number;
  /** DEGRADED when the queue keeps more failed jobs than this. Default: unset, no limit. */
  readonly maxFailed?: number;
  /** Milliseconds. DEGRADED when the next job has waited for longer. Default: unset, no limit. */
  readonly maxWaitingAge?: Duration;
  /** DEGRADED when fewer workers than this are connected, counted over all instances. Default: unset, not counted. */
  readonly minWorkers?: number;
}

/** Reads the state of a BullMQ queue, its jobs and its workers, over the queue's own connection. */
export function BullMqIndicator(name: string, options: BullMqIndicatorOptions = {}): Type<HealthIndicator> {
  const count = wholeFrom(0);
  const { own, place, annotate } = configureIndicator('BullMqIndicator', name, options, {
    queue: clientSource,
    maxWaiting: count,
    maxFailed: count,
    maxWaitingAge: duration(1),
    minWorkers: wholeFrom(1),
  });

  return annotate(
    class extends ClientIndicator<BullMqQueue> {
      protected request(): ClientRequest<BullMqQueue> {
        const given = own.queue ?? name;
        return {
          place,
          // `BullModule` makes the token of a queue from its name.
          sources: typeof given === 'string' ? [`BullQueue_${given}`, given] : [given],
          accepts: isBullMqQueue,
          expected: 'a Queue of bullmq',
          remedy:
            "import BullModule.registerQueue(), or pass the name of the queue: { queue: 'mails' }, a token, or the Queue itself",
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const queue = await this.client();
        return degradedIfNotPermitted(async () =>
          resultOf(await ping(queue, own.minWorkers !== undefined, signal), own),
        );
      }
    },
  );
}

function resultOf(report: QueueReport, options: InMilliseconds<OwnOf<BullMqIndicatorOptions>>): HealthResult {
  const { waiting, active, delayed, failed, isPaused, waitingSince, workers } = report;
  const { maxWaiting = Infinity, maxFailed = Infinity, maxWaitingAge = Infinity, minWorkers = 0 } = options;
  const age = waitingSince === undefined ? 0 : Math.max(0, Date.now() - waitingSince);
  return assess(
    [
      waiting > maxWaiting && `${waiting} jobs wait, more than ${maxWaiting}`,
      failed > maxFailed && `${failed} jobs have failed, more than ${maxFailed}`,
      age > maxWaitingAge && `the next job has waited for ${seconds(age)}, more than ${seconds(maxWaitingAge)}`,
      workers === undefined && minWorkers > 0 && 'cannot count workers: the server does not list its clients',
      workers !== undefined && workers < minWorkers && `${workers} workers are connected, fewer than ${minWorkers}`,
    ],
    {
      waiting,
      active,
      delayed,
      failed,
      paused: isPaused,
      ...(waitingSince !== undefined && { oldest_waiting_seconds: Math.floor(age / 1000) }),
      ...(workers !== undefined && { workers }),
    },
  );
}

const seconds = (age: number): string => `${Number((age / 1000).toFixed(1))} s`;
