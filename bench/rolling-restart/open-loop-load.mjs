import { Agent, request } from 'node:http';
import { elapsed } from './time.mjs';

const TICK = 5;
const ORDER = '{"sku":"tea","quantity":1}';
const RESPONSE_LIMIT = 30_000;
/**
 * Shorter than the idle timeout of every balancer, of which those of Apache and Varnish are 5 s: the client closes idle
 * connections, so no request meets a closing one.
 */
const IDLE_LIMIT = 1000;

/**
 * Sends requests on a fixed schedule, independent of earlier responses (open loop). A client that waits for each response
 * would send fewer requests during a stall and hide it.
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
   * `rate` is requests per second. Every `postEvery`-th request is a POST, which a balancer must not retry, so its failure is
   * visible; the others are GET. Infinity: no POST.
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

  /** Resolves when every request has a response or has failed. */
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

  /** Number of responses of each instance so far. */
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
      const timer = setTimeout(() => sent.destroy(new Error('no response')), RESPONSE_LIMIT);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
