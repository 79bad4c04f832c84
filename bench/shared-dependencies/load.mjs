import { Agent, request } from 'node:http';
import { elapsed } from '../rolling-restart/time.mjs';

const TICK = 10;
const RESPONSE_LIMIT = 30_000;

/** Sends GET requests on a fixed schedule, independent of earlier responses, and keeps the outcome of each. */
export class PathLoad {
  #target;
  #rate;
  #agent = new Agent({ keepAlive: true, timeout: 5000 });
  #open = new Set();
  #outcomes = [];
  #timer;
  #began;
  #started = 0;

  /** `rate`: requests per second. */
  constructor({ port, path, rate }) {
    this.#target = { host: '127.0.0.1', port, path, agent: this.#agent };
    this.#rate = rate;
  }

  start() {
    this.#began = elapsed();
    this.#timer = setInterval(() => {
      const due = Math.floor(((elapsed() - this.#began) * this.#rate) / 1000);
      while (this.#started < due) {
        this.#started += 1;
        const sent = this.#send().then(() => this.#open.delete(sent));
        this.#open.add(sent);
      }
    }, TICK);
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  /**
   * The requests that were sent in a period, by the origin of their response: `served`, an error of the application, an error of the
   * balancer, or none. `slowest`: milliseconds until the last response.
   */
  figures(from, to) {
    const sent = this.#outcomes.filter(({ at }) => at >= from && at < to);
    const count = (origin) => sent.filter((outcome) => outcome.origin === origin).length;
    return {
      requests: sent.length,
      served: count('served'),
      application: count('application'),
      balancer: count('balancer'),
      none: count('none'),
      slowest: Math.round(Math.max(0, ...sent.map(({ took }) => took))),
    };
  }

  async #send() {
    const at = elapsed();
    const origin = await this.#origin();
    this.#outcomes.push({ at, took: elapsed() - at, origin });
  }

  #origin() {
    return new Promise((resolve) => {
      const sent = request(this.#target, (response) => {
        response.on('error', () => resolve('none'));
        response.on('end', () => {
          if (response.statusCode < 300) resolve('served');
          // An instance adds this header to each response.
          else resolve(response.headers['x-instance'] ? 'application' : 'balancer');
        });
        response.resume();
      });
      const timer = setTimeout(() => sent.destroy(new Error('no response')), RESPONSE_LIMIT);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', () => resolve('none'));
      sent.end();
    });
  }
}
