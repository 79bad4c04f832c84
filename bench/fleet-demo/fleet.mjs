import { InstanceProcess } from '../rolling-restart/instance-process.mjs';
import { freePorts } from '../rolling-restart/free-ports.mjs';
import { until } from '../rolling-restart/time.mjs';
import { PrivatePostgresql } from '../shared-dependencies/postgresql.mjs';
import { PrivateStore } from './private-store.mjs';

export const NAMES = ['orders-1', 'orders-2', 'orders-3', 'orders-4', 'orders-5'];

/** Milliseconds until a state of the fleet. An instance is lost after three silent heartbeats of 5 s; the machine may be busy. */
const LIMIT = 120_000;

/** Five instances of the orders service of the sample application, its payments service, and the servers that they use. */
export class DemoFleet {
  #shared = { NODE_ENV: 'production', CATALOGUE_WARM_UP: '0', HEALTH_SHUTDOWN_DELAY: '0' };
  /** Functions in the order of the start, which undo it. */
  #cleanup = [];
  #instances = new Map();

  /** `store`: a kind of `chooseStore()`. With `hasDatabase` all instances use one PostgreSQL, otherwise each its own memory. */
  async start({ store, hasDatabase }) {
    const [storePort, databasePort, ...ports] = await freePorts(2 + NAMES.length);
    this.store = new PrivateStore(store, storePort);
    this.#cleanup.push(() => this.store.stop());
    await this.store.start();
    Object.assign(this.#shared, this.store.environment);
    if (hasDatabase) await this.#startDatabase(databasePort);
    await this.#startPayments();
    this.#cleanup.push(() => this.#instances.forEach((instance) => instance.kill()));
    for (const [index, name] of NAMES.entries()) this.#instances.set(name, this.#instanceOf(name, ports[index]));
    const [first, ...others] = this.#instances.values();
    this.page = `http://127.0.0.1:${first.port}/health/fleet`;
    // The first one creates the tables.
    await first.start();
    await Promise.all(others.map((instance) => instance.start()));
    await this.becomes('every instance to be ready', ({ orders }) => orders.ready === NAMES.length);
  }

  /** Ends every process and removes every file, also after a start that failed. */
  async stop() {
    for (const undo of this.#cleanup.splice(0).toReversed()) await undo();
  }

  kill(name) {
    this.#instances.get(name).kill();
  }

  freeze(name) {
    this.#instances.get(name).freeze();
  }

  async deploy(name, version) {
    const old = this.#instances.get(name);
    await old.stop();
    const renewed = this.#instanceOf(name, old.port, { SERVICE_VERSION: version });
    this.#instances.set(name, renewed);
    await renewed.start();
  }

  /** Waits for a state of the fleet, as the first instance shows it. */
  async becomes(what, isMet) {
    const isReached = async () => {
      const response = await fetch(this.page);
      const { services } = await response.json();
      const orders = services.find(({ service }) => service === 'orders');
      if (!orders) return false;
      const present = orders.instances.filter(({ phase }) => phase === 'accepting');
      const phases = Object.fromEntries(orders.instances.map(({ instance, phase }) => [instance, phase]));
      return isMet({ orders, phases, statuses: [...new Set(present.map(({ ready }) => ready))] });
    };
    await until(isReached, { limit: LIMIT, what });
  }

  async #startDatabase(port) {
    this.database = new PrivatePostgresql(port);
    this.#cleanup.push(() => this.database.stop());
    await this.database.start();
    this.#shared['DATABASE_URL'] = this.database.url();
  }

  async #startPayments() {
    const { PaymentsProcess } = await import('../../sample-app/dist/demo/payments-process.js');
    // The payments service has the environment of this process.
    const { NODE_ENV, HEALTH_SHUTDOWN_DELAY } = this.#shared;
    Object.assign(process.env, this.store.environment, { NODE_ENV, INSTANCE: 'payments-1' });
    process.env['PAYMENTS_HEALTH_SHUTDOWN_DELAY'] = HEALTH_SHUTDOWN_DELAY;
    this.payments = new PaymentsProcess(0, 'ignore');
    this.#cleanup.push(() => this.payments.stop());
    this.#shared['PAYMENTS_URL'] = await this.payments.start();
  }

  #instanceOf(name, port, environment = {}) {
    return new InstanceProcess({
      name,
      port,
      application: 'sample',
      adapter: 'express',
      environment: { ...this.#shared, INSTANCE: name, MANAGEMENT_PORT: '0', ...environment },
      startLimit: LIMIT,
    });
  }
}
