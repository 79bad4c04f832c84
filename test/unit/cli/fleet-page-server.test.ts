import { expect, it, onTestFinished } from 'vitest';
import { FleetPageServer } from '../../../src/cli/fleet/fleet-page-server.js';
import { FleetOverview } from '../../../src/fleet/fleet-overview.js';
import { memoryStore } from '../../../src/stores/memory/memory-store.js';

it('the server of the fleet page responds with 500 to a request that fails, and serves the next one', async () => {
  const faults: unknown[] = [];
  const overview = new FleetOverview({
    store: memoryStore(),
    environment: 'test',
    expected: new Map(),
    secret: undefined,
    onFault: (fault) => faults.push(fault),
  });
  const fault = new Error('cannot render');
  const respond = overview.respond.bind(overview);
  let isFailing = true;
  overview.respond = (request, format) => {
    if (isFailing) throw fault;
    return respond(request, format);
  };
  const settings = { host: '127.0.0.1', port: 0, key: undefined, isLoopback: true };
  const server = new FleetPageServer(overview, settings, (error) => faults.push(error));
  const { port } = await server.listen();
  onTestFinished(async () => {
    await server.close();
    overview.stop();
  });
  const url = `http://127.0.0.1:${port}/`;
  expect((await fetch(url)).status).toBe(500);
  expect(faults).toStrictEqual([fault]);
  isFailing = false;
  expect((await fetch(url)).status).toBe(200);
});
