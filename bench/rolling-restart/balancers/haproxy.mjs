import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from '../time.mjs';
import { opsConfiguration, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';

/** Generous: HAProxy takes 2 s to take an instance in, and 3 s to take it out. */
const NOTICE_LIMIT = 30_000;

/** HAProxy, which asks each instance whether it is ready. */
export class Haproxy {
  #process = new PrivateProcess('haproxy');

  /** `configuration` is a file of `ops`. */
  constructor(configuration = 'haproxy/haproxy.cfg') {
    this.configuration = configuration;
  }

  async start({ port, instances }) {
    const { folder } = this.#process;
    const files = [join(folder, 'global.cfg'), join(folder, 'haproxy.cfg')];
    writeFileSync(files[0], `global\n  stats socket ${this.#socket} mode 600 level admin\n`);
    writeFileSync(files[1], withAddresses(opsConfiguration(this.configuration), { port, instances }));
    const parameters = files.flatMap((file) => ['-f', file]);
    run('haproxy', ['-c', ...parameters]);
    await this.#process.start('haproxy', ['-db', ...parameters], port);
    await until(() => existsSync(this.#socket), { limit: NOTICE_LIMIT, what: 'the runtime socket of HAProxy' });
    // It takes new servers for healthy before it has asked any. Here each has to be asked, and to pass.
    await Promise.all(instances.map(({ name }) => this.#tell(`set server orders/${name} health down`)));
  }

  /** Resolves when just these instances are given requests. */
  async inRotation(names) {
    const isSo = async () => {
      const used = await this.#up();
      return used.length === names.length && used.every((name) => names.includes(name));
    };
    await until(isSo, { limit: NOTICE_LIMIT, what: `HAProxy to use just ${names.join(', ')}` });
  }

  /** Takes an instance out of rotation, or back, whatever the checks say: `drain`, `ready` or `maint`. */
  async setState(backend, name, state) {
    await this.#tell(`set server ${backend}/${name} state ${state}`);
  }

  stop() {
    return this.#process.stop();
  }

  get #socket() {
    return join(this.#process.folder, 'runtime.sock');
  }

  async #up() {
    const [header, ...rows] = (await this.#ask('show stat')).trim().replace(/^# /, '').split('\n');
    const columns = header.split(',');
    const value = (row, column) => row.split(',')[columns.indexOf(column)];
    return rows
      .filter((row) => value(row, 'status').startsWith('UP') && value(row, 'svname') !== 'BACKEND')
      .map((row) => value(row, 'svname'));
  }

  async #tell(command) {
    const answer = await this.#ask(command);
    if (answer.trim() !== '') throw new Error(`${command}: ${answer}`);
  }

  async #ask(command) {
    const socket = connect(this.#socket);
    await once(socket, 'connect');
    socket.write(`${command}\n`);
    return text(socket);
  }
}
