import { Haproxy } from '../rolling-restart/balancers/haproxy.mjs';
import { freePorts } from '../rolling-restart/free-ports.mjs';
import { InstanceProcess } from '../rolling-restart/instance-process.mjs';
import { SUBJECTS } from '../rolling-restart/subjects.mjs';
import { until } from '../rolling-restart/time.mjs';
import { AlertReceiver } from './alert-receiver.mjs';
import { PathLoad } from './load.mjs';
import { PrivatePostgresql } from './postgresql.mjs';

const NAMES = ['orders-1', 'orders-2', 'orders-3'];
/** Requests per second. Few need the database: while it is frozen, each holds a connection of the pool for two seconds. */
const RATES = { '/products': 40, '/orders': 3 };

/** Three instances of the sample application behind HAProxy, with one PostgreSQL. */
export class Service {
  #loads = [];
  /** Calls in the order in which they undo the start. */
  #cleanup = [];
  alerts = new AlertReceiver();

  /** `shared`: the value of the option `shared` of the indicator `database`, for every instance or by the name of each. */
  constructor({ shared }) {
    this.shared = typeof shared === 'boolean' ? Object.fromEntries(NAMES.map((name) => [name, shared])) : shared;
  }

  /** Passes a running service to `rehearse`, and stops it in every case. */
  static async run(settings, rehearse) {
    const service = new Service(settings);
    try {
      await service.#start(settings);
      return await rehearse(service);
    } finally {
      for (const undo of service.#cleanup.toReversed()) await undo();
    }
  }

  async #start({ roles = {} }) {
    const [database, port, ...ports] = await freePorts(2 + 2 * NAMES.length);
    this.port = port;
    this.postgresql = new PrivatePostgresql(database);
    this.#cleanup.push(() => this.postgresql.stop());
    await this.postgresql.start();
    for (const role of Object.values(roles)) await this.postgresql.query(`CREATE ROLE ${role} LOGIN SUPERUSER`);
    const payments = await SUBJECTS.sample.prepare();
    this.#cleanup.push(() => payments.stop());
    const alertsUrl = await this.alerts.start();
    this.#cleanup.push(() => this.alerts.stop());
    this.managementPorts = Object.fromEntries(NAMES.map((name, index) => [name, ports[NAMES.length + index]]));
    this.instances = NAMES.map(
      (name, index) =>
        new InstanceProcess({
          name,
          port: ports[index],
          application: 'sample-with-alerts',
          adapter: 'express',
          environment: {
            ...payments.environment,
            MANAGEMENT_PORT: String(this.managementPorts[name]),
            DATABASE_URL: this.postgresql.url(roles[name]),
            HEALTH_DATABASE_SHARED: String(this.shared[name]),
            ALERTS_URL: alertsUrl,
            INSTANCE: name,
          },
        }),
    );
    this.#cleanup.push(() => this.instances.forEach((instance) => instance.kill()));
    // The first one creates the tables.
    await this.instances[0].start();
    await Promise.all(this.instances.slice(1).map((instance) => instance.start()));
    this.balancer = new Haproxy();
    this.#cleanup.push(() => this.balancer.stop());
    await this.balancer.start({ port, instances: this.instances });
    await this.balancer.inRotation(NAMES);
    this.#loads = Object.entries(RATES).map(([path, rate]) => [path, new PathLoad({ port, path, rate })]);
    this.#cleanup.push(() => Promise.all(this.#loads.map(([, load]) => load.stop())));
    for (const [, load] of this.#loads) load.start();
  }

  /** Resolves when every request has its response. */
  async stopLoad() {
    await Promise.all(this.#loads.map(([, load]) => load.stop()));
  }

  /** Figures of the requests of each path that were sent in a period. */
  figures(from, to) {
    return Object.fromEntries(this.#loads.map(([path, load]) => [path, load.figures(from, to)]));
  }

  /** The report of `ready`: its status code and its status. The management port responds during the start too. */
  async ready(name) {
    const response = await fetch(`http://127.0.0.1:${this.managementPorts[name]}/health/ready`);
    return { code: response.status, status: (await response.json()).status };
  }

  /** Resolves when `ready` of each of these instances has this status. */
  becomes(names, status, limit) {
    const isReached = async () => {
      const reports = await Promise.all(names.map((name) => this.ready(name)));
      return reports.every((report) => report.status === status);
    };
    return until(isReached, { limit, what: `${names.join(', ')} to be ${status}` });
  }

  /** The names of the servers to which HAProxy sends requests. */
  async inRotation() {
    const columns = await this.balancer.columnsOf('status');
    return NAMES.filter((name) => columns[name].status.startsWith('UP'));
  }
}

export { NAMES };
