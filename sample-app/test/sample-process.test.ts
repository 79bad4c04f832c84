import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { afterThisTest, useConcurrentTests } from '../../test/support/concurrent-tests.js';
import { build } from './build.js';
import { type ReadmeStep, masked, readmeSteps } from './readme-steps.js';
import { type SampleResponse, WAIT, SampleProcess } from './sample-process.js';

const LIMIT = 240_000;
const TEA = { sku: 'tea', quantity: 1 };

useConcurrentTests();

const running: SampleProcess[] = [];

function launch(variables?: NodeJS.ProcessEnv): SampleProcess {
  const sample = new SampleProcess(variables);
  running.push(sample);
  return sample;
}

async function endAll(): Promise<void> {
  const ending = running.splice(0);
  for (const sample of ending) sample.kill('SIGKILL');
  await Promise.all(ending.map((sample) => sample.ended()));
}

beforeAll(build, LIMIT);

/** A response without the values that differ from run to run. */
const shape = ({ status, body }: SampleResponse): unknown => ({ status, body: masked(body) });

const SERVICE = { name: 'orders', version: '1.4.2', uptime_seconds: 'a number' };
const RUN = { response_time_ms: 'a number', checked_at: 'a time' };
const FAILURE = { ...RUN, since: 'a time', consecutive_failures: 'a number' };

/** The result of a successful check of payments. */
const PAYMENTS = {
  ...RUN,
  data: {
    host: 'a host',
    http_status: 200,
    reported_status: 'UP',
    reported_service: 'payments',
    reported_components: [{ name: 'ledger', status: 'UP' }],
  },
};

/** The response of `/health/<name>`. */
function responseOf(name: string, status: number, detail: { readonly status: string }): unknown {
  return {
    status,
    body: { status: detail.status, timestamp: 'a time', details: { [name]: detail }, service_info: SERVICE },
  };
}

/** The response of `/health/ready`, with the indicators that are not `UP`. */
function readyResponse(status: number, overall: string, others: Readonly<Record<string, string>> = {}): unknown {
  const statuses = {
    outbox: 'UP',
    database: 'UP',
    connection_slots: 'SKIPPED',
    unpaid_orders: 'UP',
    outbox_worker: 'UP',
    payments: 'UP',
    ...others,
  };
  const details = Object.fromEntries(Object.entries(statuses).map(([name, state]) => [name, { status: state }]));
  return { status, body: { status: overall, timestamp: 'a time', details, service_info: SERVICE } };
}

async function isListening(address: URL): Promise<boolean> {
  try {
    await fetch(address);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function waitingMessages(sample: SampleProcess): Promise<unknown> {
  const { body } = await sample.get('/health/deep');
  return (body as { details: { outbox?: { data?: { waiting?: number } } } }).details.outbox?.data?.waiting;
}

/** The README leaves these fields out. */
function withoutRepeatedFields(body: unknown): unknown {
  const { timestamp, service_info: service, ...rest } = body as Record<string, unknown>;
  expect([masked({ timestamp }), masked(service)]).toEqual([{ timestamp: 'a time' }, SERVICE]);
  return rest;
}

describe('the sample application, as a process of its own', { timeout: LIMIT }, () => {
  let sample: SampleProcess;

  afterAll(endAll, LIMIT);

  beforeAll(async () => {
    // The check in the background runs every five seconds by default, too slow for a test. The many requests of this test
    // could hide a prober, for which the shutdown would wait.
    sample = await launch({ HEALTH_UNPAID_ORDERS_INTERVAL: '200', HEALTH_SHUTDOWN_DELAY: '0' }).ready();
  }, LIMIT);

  async function follow(step: ReadmeStep): Promise<void> {
    const { status, body } = await sample.send(step.path, step.request);
    const given = {
      command: step.command,
      status: step.status === 'success' && status < 300 ? 'success' : status,
      body: step.body === undefined ? undefined : masked(withoutRepeatedFields(body)),
    };
    expect(given).toEqual({ command: step.command, status: step.status, body: step.body });
  }

  it.each([
    ['When nothing is broken', 1],
    ['Stop payments', 3],
    ['Fill the outbox', 4],
    ['Lock the database', 3],
  ])('gives the responses of the README: %s', async (heading, count) => {
    const steps = readmeSteps(heading);
    expect(steps).toHaveLength(count);
    // The orders of the previous section may still wait in the outbox, and would be counted in this one.
    await vi.waitFor(async () => {
      expect((await sample.get('/health/outbox')).body).toMatchObject({ details: { outbox: { status: 'UP' } } });
      expect(await waitingMessages(sample)).toBe(0);
    }, WAIT);

    for (const step of steps) {
      // A GET is repeated, because results are up to a second old. A POST is sent exactly as often as the README says.
      if (step.request.method === 'GET') await vi.waitFor(() => follow(step), WAIT);
      else for (let time = 0; time < step.times; time += 1) await follow(step);
    }
  });

  /** Repeats the request until the response is the expected one, because results are up to a second old. */
  const eventually = (path: string, expected: unknown): Promise<void> =>
    vi.waitFor(async () => expect(shape(await sample.get(path))).toEqual(expected), WAIT);

  it('is UP when nothing is broken', async () => {
    await eventually('/health/ready', readyResponse(200, 'UP'));
    const live = await sample.get('/health/live');
    expect(live).toMatchObject({ status: 200, body: { status: 'UP' } });
    const deep = await sample.get('/health/deep');
    expect(deep).toMatchObject({
      status: 200,
      body: { details: { connection_slots: { message: 'its condition is false' } } },
    });
  });

  it('reports payments as DOWN and stays in rotation', async () => {
    const earlier = sample.output.length;
    expect(await sample.post('/demo/payments/stop')).toMatchObject({ status: 200, body: { running: false } });

    const refused = { status: 'DOWN', critical: false, error: 'connection refused', code: 'ECONNREFUSED', ...FAILURE };
    await eventually('/health/payments', responseOf('payments', 503, refused));
    await eventually('/health/ready', readyResponse(200, 'DEGRADED', { payments: 'DOWN' }));
    const order = await sample.post('/orders', TEA);
    expect(order).toMatchObject({ status: 201, body: { status: 'placed' } });

    expect(await sample.post('/demo/payments/start')).toMatchObject({ status: 200, body: { running: true } });
    await eventually('/health/payments', responseOf('payments', 200, { status: 'UP', ...PAYMENTS }));
    await eventually('/health/ready', readyResponse(200, 'UP'));
    const { id } = order.body as { id: string };
    await vi.waitFor(
      async () => expect((await sample.get(`/orders/${id}`)).body).toMatchObject({ status: 'paid' }),
      WAIT,
    );
    expect(sample.output.slice(earlier)).toMatch(
      /WARN \[Health] payments is DOWN: connection refused \(ECONNREFUSED\)/,
    );
    expect(sample.output.slice(earlier)).toMatch(/LOG \[Health] payments is UP after .+ of DOWN/);
  });

  it('reports payments as DOWN when its process is killed', async () => {
    const { body } = await sample.get('/demo');
    const { pid } = (body as { payments: { pid: number } }).payments;
    process.kill(pid, 'SIGKILL');

    await vi.waitFor(async () => {
      const { details } = (await sample.get('/health/payments')).body as { details: { payments: unknown } };
      expect(details.payments).toMatchObject({ status: 'DOWN', code: 'ECONNREFUSED' });
    }, WAIT);
    await sample.post('/demo/payments/start');
    await eventually('/health/ready', readyResponse(200, 'UP'));
  });

  it('is DEGRADED and stays in rotation when the outbox is over its limit', async () => {
    expect(await sample.post('/demo/outbox/pause')).toMatchObject({ status: 200, body: { paused: true } });
    for (let count = 0; count < 25; count += 1)
      expect(await sample.post('/orders', TEA)).toMatchObject({ status: 201 });

    const full = {
      status: 'DOWN',
      critical: false,
      error: '25 messages wait, more than 20',
      ...FAILURE,
      data: { waiting: 25, limit: 20 },
    };
    await eventually('/health/outbox', responseOf('outbox', 503, full));
    await eventually('/health/ready', readyResponse(200, 'DEGRADED', { outbox: 'DOWN' }));

    expect(await sample.post('/demo/outbox/resume')).toMatchObject({ status: 200, body: { paused: false } });
    const empty = { status: 'UP', ...RUN, data: { waiting: 0, limit: 20 } };
    await eventually('/health/outbox', responseOf('outbox', 200, empty));
    await eventually('/health/ready', readyResponse(200, 'UP'));
  });

  it('is live but not ready while the database is locked', async () => {
    expect(await sample.post('/demo/database/lock')).toMatchObject({ status: 200, body: { locked: true } });
    const orders = sample.get('/orders');

    const locked = { status: 'DOWN', critical: true, error: 'timed out after 500 ms', code: 'ETIMEDOUT', ...FAILURE };
    await eventually('/health/database', responseOf('database', 503, locked));
    await eventually(
      '/health/ready',
      readyResponse(503, 'DOWN', { database: 'DOWN', outbox: 'DOWN', unpaid_orders: 'DOWN' }),
    );
    expect(await sample.get('/health/live')).toMatchObject({ status: 200, body: { status: 'UP' } });

    expect(await sample.post('/demo/database/unlock')).toMatchObject({ status: 200, body: { locked: false } });
    expect(await orders).toMatchObject({ status: 200 });
    await eventually('/health/ready', readyResponse(200, 'UP'));
  });

  it('has ports for probes alone: its own, and that of the worker without HTTP', async () => {
    for (const word of ['management', 'worker'] as const) {
      const response = await fetch(sample.address(word));
      expect([word, response.status]).toEqual([word, 200]);
    }
    expect(await (await fetch(sample.address('worker'))).json()).toMatchObject({
      details: { confirmations: { status: 'UP' } },
      service_info: { name: 'confirmations', version: '1.0.3' },
    });
  });

  it('has a worker that confirms each paid order', async () => {
    const earlier = sample.output.length;
    await sample.post('/orders', TEA);
    const confirmed = /\[ConfirmationsWorker] Confirmed order \S+/;
    await vi.waitFor(() => expect(sample.output.slice(earlier)).toMatch(confirmed), WAIT);
  });

  it('responds on its management port while the event loop is blocked, and the log names the function', async () => {
    const blocked = sample.post('/demo/event-loop/block');
    await vi.waitFor(async () => {
      const response = await fetch(sample.address('management'));
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('event loop');
    }, WAIT);
    expect((await blocked).status).toBe(200);
    const named = /event loop .*blocked for .* in (?:DemoController\.)?blockEventLoop \(demo\.controller\.[jt]s:\d+\)/;
    await vi.waitFor(() => expect(sample.output).toMatch(named), WAIT);
    await vi.waitFor(async () => expect((await fetch(sample.address('management'))).status).toBe(200), WAIT);
  });

  it('finishes requests in flight at SIGTERM, and closes all its ports', async () => {
    const addresses = (['orders', 'payments', 'management', 'worker'] as const).map((word) => sample.address(word));
    const { body } = await sample.get('/demo');
    const { pid } = (body as { payments: { pid: number } }).payments;
    await sample.post('/demo/database/lock');
    const inFlight = sample.post('/orders', TEA);
    await vi.waitFor(async () => expect((await sample.get('/health/outbox')).status).toBe(503), WAIT);

    sample.kill('SIGTERM');

    expect(await inFlight).toMatchObject({ status: 201 });
    expect(await sample.ended()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(isAlive(pid)).toBe(false);
    for (const address of addresses) expect(await isListening(address)).toBe(false);
  });
});

describe('the environment variables of the sample', { timeout: LIMIT, concurrent: true }, () => {
  afterAll(endAll, LIMIT);

  it('is not ready while the catalogue is loaded', async () => {
    const sample = await launch({ CATALOGUE_WARM_UP: '600000' }).listening();
    const waiting = await sample.get('/health/ready');
    expect(waiting).toMatchObject({ status: 503, body: { status: 'OUT_OF_SERVICE', reason: 'starting: catalogue' } });
    expect(await sample.get('/health/live')).toMatchObject({ status: 200 });
  });

  it('requires an API key with HEALTH_API_KEYS, makes payments critical, and stops payments when it is killed', async () => {
    const sample = await launch({ HEALTH_API_KEYS: 'open-sesame', HEALTH_PAYMENTS_CRITICAL: 'true' }).ready();
    const withoutKey = await sample.get('/health/deep');
    expect(withoutKey).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
    expect(withoutKey.headers.get('www-authenticate')).toBe('Bearer realm="health"');

    const withKey = await sample.get('/health/deep', { 'x-health-key': 'open-sesame' });
    expect(withKey).toMatchObject({ status: 200, body: { details: { outbox: { data: { waiting: 0 } } } } });
    expect((await sample.get('/health/ready')).body).toMatchObject({ details: { database: { status: 'UP' } } });

    await sample.post('/demo/payments/stop');
    await vi.waitFor(async () => {
      const ready = await sample.get('/health/ready');
      expect(ready).toMatchObject({ status: 503, body: { status: 'DOWN', details: { payments: { status: 'DOWN' } } } });
    }, WAIT);

    await sample.post('/demo/payments/start');
    const { body } = await sample.get('/demo');
    const { pid } = (body as { payments: { pid: number } }).payments;
    expect(isAlive(pid)).toBe(true);
    sample.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), WAIT);
  });

  it('does not start with an invalid port', async () => {
    const sample = launch({ PORT: '3000x' });
    expect(await sample.ended()).toEqual({ code: 1, signal: null });
    expect(sample.output).toContain('PORT is "3000x": use a whole number from 0 to 65535.');
  });

  it('does not start with an invalid number that a provider reads', async () => {
    const sample = launch({ OUTBOX_LIMIT: 'many' });
    expect(await sample.ended()).toEqual({ code: 1, signal: null });
    expect(sample.output).toContain('OUTBOX_LIMIT is "many": use a whole number');
  });

  it('does not start on a port in use, and stops the payments service again', async () => {
    const taken = createServer().listen(0);
    afterThisTest(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const paymentsPort = await freePort();
    const sample = launch({ PORT: String(port), PAYMENTS_PORT: String(paymentsPort) });
    const payments = new URL(`http://127.0.0.1:${paymentsPort}/health/live`);
    await vi.waitFor(async () => expect(await isListening(payments)).toBe(true), { timeout: 60_000, interval: 10 });
    expect(await sample.ended()).toEqual({ code: 1, signal: null });
    expect(sample.output).toContain(`Port ${port} is in use: set PORT to another port.`);
    await vi.waitFor(async () => expect(await isListening(payments)).toBe(false), WAIT);
  });
});
