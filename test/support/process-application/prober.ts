import { vi } from 'vitest';
import { afterThisTest } from '../concurrent-tests.js';
import { type ReceivedResponse, PATIENCE, type ProcessApplication } from './process-application.js';

/** A test double of a balancer. It probes readiness periodically until the port refuses connections or the test ends. */
export class BalancerProber {
  /** The status codes, in order. */
  readonly responses: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(application: ProcessApplication, interval: number, agent: string) {
    const note = ({ status }: ReceivedResponse): unknown => this.responses.push(status);
    this.#timer = setInterval(() => {
      application.ask('/health/ready', { headers: { 'user-agent': agent } }).then(note, () => this.stop());
    }, interval);
    afterThisTest(() => this.stop());
  }

  get refusals(): number {
    return this.responses.filter((status) => status === 503).length;
  }

  async hasAsked(times: number): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.responses.length < times) throw new Error(`asked ${this.responses.length} times`);
      },
      { timeout: PATIENCE, interval: 5 },
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
