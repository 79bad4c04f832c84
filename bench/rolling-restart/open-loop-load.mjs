import { Agent, request } from 'node:http';
import { elapsed } from './time.mjs';

const TICK = 5;
const ORDER = '{"sku":"tea","quantity":1}';
const RESPONSE_LIMIT = 30_000;
/** Shorter than any balancer keeps an idle connection: it is the client that closes, and so no request meets a closing one. */
const IDLE_LIMIT = 5000;

/**
 * Requests that start on schedule, whatever has become of the earlier ones: a stall costs as many as it lasted, which a
 * client that waits for its answers would hide.
 */
export class OpenLoopLoad {
  #target;
  #rate;
  #postEvery;
  #agent = new Agent({ keepAlive: true, timeout: IDLE_LIMIT });
  #timer;
  #began;
  #started = 0;
  #open = new Set();
  #latencies = [];
  #failures = [];
  #answered = new Map();

  /**
   * `rate` is requests per second. Every `postEvery`-th places an order, which a balancer must not send twice, so that
   * nothing hides its failure; the others ask for the list. Infinity: none does.
   */
  constructor({ port, path, rate, postEvery }) {
    this.#target = { host: '127.0.0.1', port, path, agent: this.#agent };
    this.#rate = rate;
    this.#postEvery = postEvery;
  }

  start() {
    this.#began = elapsed();
    this.#timer = setInterval(() => this.#startDue(), TICK);
  }

  /** Resolves when every request has come to its end. */
  async stop() {
    clearInterval(this.#timer);
    const seconds = (elapsed() - this.#began) / 1000;
    await Promise.all(this.#open);
    this.#agent.destroy();
    const latencies = this.#latencies.toSorted((a, b) => a - b);
    const quantile = (q) => latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))];
    return {
      seconds,
      requests: this.#started,
      failures: this.#failures,
      answered: Object.fromEntries([...this.#answered].toSorted(([a], [b]) => a.localeCompare(b))),
      latency: { p50: quantile(0.5), p99: quantile(0.99), max: latencies.at(-1) },
    };
  }

  /** How many requests each instance has answered so far. */
  get answered() {
    return Object.fromEntries(this.#answered);
  }

  #startDue() {
    const due = Math.floor(((elapsed() - this.#began) * this.#rate) / 1000);
    while (this.#started < due) {
      this.#started += 1;
      const scheduled = this.#began + (this.#started * 1000) / this.#rate;
      const finished = this.#send(this.#started, scheduled).then(() => this.#open.delete(finished));
      this.#open.add(finished);
    }
  }

  async #send(number, scheduled) {
    const isPost = number % this.#postEvery === 0;
    const method = isPost ? 'POST' : 'GET';
    try {
      const { statusCode, instance } = await this.#exchange(number, method, isPost ? ORDER : undefined);
      if (statusCode < 200 || statusCode > 299) throw new Error(`status ${statusCode}`);
      this.#latencies.push(elapsed() - scheduled);
      this.#answered.set(instance, (this.#answered.get(instance) ?? 0) + 1);
    } catch (error) {
      this.#failures.push({ number, method, at: scheduled, reason: error.code ?? error.message });
    }
  }

  #exchange(number, method, body) {
    return new Promise((resolve, reject) => {
      const headers = {
        'x-request-number': String(number),
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const sent = request({ ...this.#target, method, headers }, (response) => {
        response.on('error', reject);
        response.on('end', () =>
          resolve({ statusCode: response.statusCode, instance: String(response.headers['x-instance']) }),
        );
        response.resume();
      });
      const timer = setTimeout(() => sent.destroy(new Error('no answer')), RESPONSE_LIMIT);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
