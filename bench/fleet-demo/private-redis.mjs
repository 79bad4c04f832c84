import { PrivateProcess } from '../rolling-restart/balancers/private-process.mjs';

/** A Redis that keeps nothing on disk, on a port of the loopback interface. */
export class PrivateRedis {
  #process = new PrivateProcess('fleet-redis');
  #port;

  constructor(port) {
    this.#port = port;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async start() {
    const { folder } = this.#process;
    const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    await this.#process.start('redis-server', ['--port', String(this.#port), ...settings], this.#port);
  }
}
