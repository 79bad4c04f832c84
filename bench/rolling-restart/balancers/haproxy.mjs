import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from '../time.mjs';
import { opsConfiguration, replaceOnce, withAddresses } from './ops-configuration.mjs';
import { PrivateProcess, run } from './private-process.mjs';
import { ReadinessMonitor } from './readiness-monitor.mjs';

/** Milliseconds. HAProxy needs 2 s to add an instance and 3 s to remove it. */
const NOTICE_LIMIT = 30_000;

/** Milliseconds between two requests of the monitor. */
const MONITOR_INTERVAL = 10;

/** HAProxy with active checks of readiness. */
export class Haproxy {
  #process = new PrivateProcess('haproxy');
  #configuration;
  #backends;
  #monitor;
  #isAgentAlone;
  /** Whether HAProxy checks the agent port of each instance. */
  usesAgent;

  /**
   * `configuration` is a file of `ops`. With `backends` above 1 the same servers are in several backends, each of which
   * checks them. `isWatched` starts a monitor that requests readiness through HAProxy. `agent` adds agent checks: `alone`
   * without any other check.
   */
  constructor({ configuration, backends = 1, isWatched = false, agent } = {}) {
    this.usesAgent = agent !== undefined;
    this.#isAgentAlone = agent === 'alone';
    this.#configuration = configuration ?? (this.usesAgent ? 'haproxy/haproxy-agent.cfg' : 'haproxy/haproxy.cfg');
    this.#backends = ['orders', ...Array.from({ length: backends - 1 }, (_, index) => `orders-copy-${index + 1}`)];
    if (isWatched) this.#monitor = new ReadinessMonitor({ interval: MONITOR_INTERVAL });
  }

  async start({ port, instances }) {
    const { folder } = this.#process;
    const files = [join(folder, 'global.cfg'), join(folder, 'haproxy.cfg')];
    writeFileSync(files[0], `global\n  stats socket ${this.#socket} mode 600 level admin\n`);
    const recommended = withAddresses(opsConfiguration(this.#configuration), { port, instances });
    const checked = this.#isAgentAlone ? replaceOnce(recommended, /^ *default-server check .*\n/m, '') : recommended;
    writeFileSync(files[1], withBackends(withAgentPorts(checked, instances), this.#backends));
    const parameters = files.flatMap((file) => ['-f', file]);
    run('haproxy', ['-c', ...parameters]);
    await this.#process.start('haproxy', ['-db', ...parameters], port);
    await until(() => existsSync(this.#socket), { limit: NOTICE_LIMIT, what: 'the runtime socket of HAProxy' });
    // HAProxy considers new servers healthy before their first check. Here each server must pass its checks first.
    for (const backend of this.#backends) {
      const state = this.usesAgent ? 'agent down' : 'health down';
      await Promise.all(instances.map(({ name }) => this.#command(`set server ${backend}/${name} ${state}`)));
    }
    this.#monitor?.start(port);
  }

  /** Resolves when every backend uses exactly these instances. */
  async inRotation(names) {
    const expected = this.#backends.flatMap((backend) => names.map((name) => `${backend}/${name}`));
    const isReached = async () => {
      const used = await this.#up();
      return used.length === expected.length && used.every((server) => expected.includes(server));
    };
    await until(isReached, { limit: NOTICE_LIMIT, what: `HAProxy to use exactly ${names.join(', ')}` });
  }

  /** Sets the state of a server independently of its checks: `drain`, `ready` or `maint`. */
  async setState(backend, name, state) {
    await this.#command(`set server ${backend}/${name} state ${state}`);
  }

  /** Reads these columns of the statistics of each server, by its name. */
  async columnsOf(...names) {
    const rows = await this.#statistics();
    const servers = rows.filter(({ svname }) => svname !== 'BACKEND' && svname !== 'FRONTEND');
    return Object.fromEntries(
      servers.map((row) => [row.svname, Object.fromEntries(names.map((name) => [name, row[name]]))]),
    );
  }

  stop() {
    this.#monitor?.stop();
    return this.#process.stop();
  }

  get #socket() {
    return join(this.#process.folder, 'runtime.sock');
  }

  async #up() {
    const rows = await this.#statistics();
    return rows
      .filter(({ status, svname }) => isUsed(status) && svname !== 'BACKEND')
      .map(({ pxname, svname }) => `${pxname}/${svname}`);
  }

  async #statistics() {
    const [header, ...rows] = (await this.#send('show stat')).trim().replace(/^# /, '').split('\n');
    const columns = header.split(',');
    return rows.map((row) => Object.fromEntries(row.split(',').map((value, index) => [columns[index], value])));
  }

  async #command(command) {
    const response = await this.#send(command);
    if (response.trim() !== '') throw new Error(`${command}: ${response}`);
  }

  async #send(command) {
    const socket = connect(this.#socket);
    await once(socket, 'connect');
    socket.write(`${command}\n`);
    return text(socket);
  }
}

/** HAProxy shows `no check` for a server without connection checks while the agent reports it up. */
const isUsed = (status) => status.startsWith('UP') || status === 'no check';

/** Copies the backend `orders` under each of the other names and distributes the requests over all of them. */
function withBackends(configuration, [first, ...copies]) {
  const [section] = /^backend orders$[\s\S]*/m.exec(configuration) ?? [];
  if (section === undefined) throw new Error(`there is no backend "orders" in:\n${configuration}`);
  const rules = copies.map((name, index) => `  use_backend ${name} if { rand(${copies.length + 1 - index}) eq 0 }\n`);
  const distributed = replaceOnce(configuration, /^ {2}default_backend orders\n/m, `${rules.join('')}$&`);
  return [distributed, ...copies.map((name) => section.replace(`backend ${first}`, `backend ${name}`))].join('\n');
}

/** In production each instance has an address of its own, and all of them the same agent port. */
function withAgentPorts(configuration, instances) {
  return instances
    .filter(({ agentPort }) => agentPort !== undefined)
    .reduce(
      (configured, { name, agentPort }) =>
        replaceOnce(configured, new RegExp(`^ *server ${name} .*$`, 'm'), `$& agent-port ${agentPort}`),
      configuration,
    );
}
