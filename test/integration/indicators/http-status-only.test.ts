import type { ServerResponse } from 'node:http';
import { HttpIndicator, type HttpIndicatorOptions } from 'nest-vitals/indicators';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../unit/indicators/indicator.js';
import { respondWith, startHttpServer } from './support/http-server.js';

const PATIENCE = { timeout: 15_000 };

const http = (url: string, options: Omit<HttpIndicatorOptions, 'url'> = {}) =>
  new (HttpIndicator('payments', { url, readHealth: false, ...options }))();

describe('HttpIndicator with readHealth false', () => {
  it.each([
    [200, 'UP'],
    [503, 'DOWN'],
  ])('does not wait for a body that never ends: %i is %s', async (status, expected) => {
    const responses: ServerResponse[] = [];
    const server = await startHttpServer((_request, response) => {
      responses.push(response);
      response.writeHead(status, { 'content-type': 'application/json' }).write('{');
    });
    expect((await run(http(server.origin))).status).toBe(expected);
    expect(responses).toHaveLength(1);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('ends a body without a limit with its connection', async () => {
    const server = await startHttpServer((_request, response) => {
      response.writeHead(200);
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', send);
      send();
    });
    expect((await run(http(server.origin))).status).toBe('UP');
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('keeps the connection open for the next run', async () => {
    const server = await startHttpServer(respondWith(200, 'x'.repeat(10_000)));
    const indicator = http(server.origin);
    expect((await run(indicator)).status).toBe('UP');
    // The rest of the body arrives after the result.
    await vi.waitFor(async () => {
      const before = server.requests.at(-1)?.socket;
      expect((await run(indicator)).status).toBe('UP');
      expect(server.requests.at(-1)?.socket).toBe(before);
    }, PATIENCE);
    (indicator as unknown as { onModuleDestroy(): void }).onModuleDestroy();
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('still passes the body to `expect`', async () => {
    const server = await startHttpServer(respondWith(200, { queue: 5 }));
    const expectation: HttpIndicatorOptions['expect'] = ({ body }) => body === '{"queue":5}';
    expect((await run(http(server.origin, { expect: expectation }))).status).toBe('UP');
  });
});
