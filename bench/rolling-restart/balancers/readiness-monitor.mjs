import { Agent, get } from 'node:http';

/** A client that requests /health/ready through a balancer. It has no User-Agent, like the checks of HAProxy. */
export class ReadinessMonitor {
  #interval;
  #agent = new Agent({ keepAlive: true });
  #timer;

  /** `interval` is the time between two requests, in milliseconds. */
  constructor({ interval }) {
    this.#interval = interval;
  }

  start(port) {
    const target = { host: '127.0.0.1', port, path: '/health/ready', agent: this.#agent };
    this.#timer = setInterval(() => {
      get(target, (response) => response.resume()).on('error', () => undefined);
    }, this.#interval);
  }

  stop() {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }
}
