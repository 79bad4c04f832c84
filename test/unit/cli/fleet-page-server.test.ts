import { expect, it, onTestFinished } from 'vitest';
import { FleetPageServer } from '../../../src/cli/fleet/fleet-page-server.js';
import type { FleetPageSettings } from '../../../src/cli/fleet/fleet-settings.js';
import { FleetOverview } from '../../../src/fleet/fleet-overview.js';
import { memoryStore } from '../../../src/stores/memory/memory-store.js';

async function serve(changed: Partial<FleetPageSettings> = {}) {
  const faults: unknown[] = [];
  const overview = new FleetOverview({
    store: memoryStore(),
    environment: 'test',
    expected: new Map([['orders', 3]]),
    secret: undefined,
    onFailure: (message) => faults.push(message),
    onFault: (fault) => faults.push(fault),
  });
  const settings = { host: '127.0.0.1', port: 0, key: undefined, isLoopback: true, hasMetrics: false, ...changed };
  const server = new FleetPageServer(overview, settings, (error) => faults.push(error));
  const { port } = await server.listen();
  onTestFinished(async () => {
    await server.close();
    overview.stop();
  });
  return { overview, faults, url: `http://127.0.0.1:${port}/` };
}

it('the server of the fleet page responds with 500 to a request that fails, and serves the next one', async () => {
  const { overview, faults, url } = await serve();
  const fault = new Error('cannot render');
  const respond = overview.respond.bind(overview);
  let isFailing = true;
  overview.respond = (request, format) => {
    if (isFailing) throw fault;
    return respond(request, format);
  };
  expect((await fetch(url)).status).toBe(500);
  expect(faults).toStrictEqual([fault]);
  isFailing = false;
  expect((await fetch(url)).status).not.toBe(500);
});

it('the server of the fleet page serves metrics only with the option', async () => {
  const { url } = await serve();
  expect((await fetch(`${url}metrics`)).status).toBe(404);
});

it('the server of the fleet page serves metrics as text of Prometheus, whatever the request accepts', async () => {
  const { url } = await serve({ hasMetrics: true });
  const response = await fetch(`${url}metrics?format=none`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text).toContain('\nhealth_fleet_expected_instances{service="orders"} 3\n');
  expect(text).toContain('\nhealth_fleet_store_connected 0\n');
  expect((await fetch(`${url}metrics`, { method: 'POST' })).status).toBe(405);
  expect(await (await fetch(`${url}metrics`, { method: 'HEAD' })).text()).toBe('');
});

it('the server of the fleet page requires its key for the metrics', async () => {
  const { url } = await serve({ hasMetrics: true, key: 'operations-key' });
  const statusWith = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}metrics`, { headers })).status;
  expect(await statusWith({})).toBe(401);
  expect(await statusWith({ authorization: 'Bearer wrong-key' })).toBe(401);
  expect(await statusWith({ authorization: 'Bearer operations-key' })).toBe(200);
});
