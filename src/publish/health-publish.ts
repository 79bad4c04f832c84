import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { ChannelLogger } from './publish-channel.js';
import type { PublisherSettings } from './publish-options.js';
import { PublishSchedule } from './publish-schedule.js';

/** Publishes the health of the application to all publishers. */
export class HealthPublish {
  readonly #schedules: readonly PublishSchedule[];
  #isStarted = false;

  constructor(
    publishers: readonly PublisherSettings[],
    monitor: HealthMonitor,
    endpoints: Pick<HealthEndpoints, 'report'>,
    logger: ChannelLogger,
  ) {
    this.#schedules = publishers.map((settings) => new PublishSchedule(settings, monitor, endpoints, logger));
  }

  start(): void {
    this.#isStarted = true;
    for (const schedule of this.#schedules) schedule.start();
  }

  /** Resolves when each final message is sent or its timeout is over. Without a start there is no final message. */
  async stop(): Promise<void> {
    if (this.#isStarted) await Promise.all(this.#schedules.map((schedule) => schedule.stop()));
  }
}
