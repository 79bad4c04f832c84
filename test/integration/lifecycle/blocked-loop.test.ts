import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Part } from '../../support/process-application/application/configuration.js';
import { type ReceivedResponse, ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT } from '../../support/process-application/variants.js';
import { type HttpServer, startHttpServer } from '../indicators/support/http-server.js';

const ROUNDS = 10;
/** Milliseconds, longer than the timeout of a check. */
const BLOCK = 520;

interface Report {
  readonly details: Readonly<
    Record<string, { readonly status: string; readonly error?: string; readonly message?: string }>
  >;
}

const reportIn = ({ body }: ReceivedResponse): Report => JSON.parse(body) as Report;

/** Runs in this process, whose event loop is not blocked. */
function startDependency(respond: (response: ServerResponse, request: number) => unknown): Promise<HttpServer> {
  let requests = 0;
  return startHttpServer((_request, response) => void respond(response, (requests += 1)));
}

describe.each(ONE_VARIANT)('a blocked event loop, with %s', (_title, { nest, adapter }) => {
  const start = (dependency: HttpServer, parts: readonly Part[] = []): Promise<ProcessApplication> => {
    return ProcessApplication.start(nest, { adapter, parts, dependency: dependency.origin });
  };

  it('a request handler that blocks longer than the timeout does not make a dependency DOWN', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-blocked-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const arrived = (round: number): string => join(folder, String(round));
    // The response is in the socket of the application while its event loop is blocked.
    const dependency = await startDependency(async (response, round) => {
      const blocked = application.ask(`/block?ms=${BLOCK}&file=${encodeURIComponent(arrived(round))}`);
      await application.event('blocking', round);
      response.end('{"status":"UP"}', () => writeFileSync(arrived(round), ''));
      await blocked;
    });
    const application = await start(dependency);

    const statusCodes: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) statusCodes.push(await application.statusOf('/health/ready'));
    expect(statusCodes).toEqual(Array.from({ length: ROUNDS }, () => 200));
    expect(application.eventsOf('blocking')).toHaveLength(ROUNDS);
    expect(application.log('warn')).toEqual([]);
  });

  it.each<[Part, object]>([
    ['computing check', { status: 'DEGRADED', message: expect.stringContaining('the event loop was blocked for') }],
    [
      'computing check that is certain',
      { status: 'DOWN', error: expect.stringContaining('blocked the event loop for') },
    ],
  ])('a %s is reported as the fault, and the dependency is not DOWN', async (part, expected) => {
    const dependency = await startDependency((response) => response.end('{"status":"UP"}'));
    const application = await start(dependency, [part]);
    for (let round = 0; round < ROUNDS / 2; round += 1) {
      const response = await application.ask('/health/deep');
      const { details } = reportIn(response);
      // On a slow machine its response can be read so late that it is DEGRADED, because of the blocked event loop too.
      const dependencyStatus = expect.stringMatching(/^(?:UP|DEGRADED)$/);
      expect(details).toMatchObject({ computing: expected, dependency: { status: dependencyStatus } });
      expect(response.status).toBe(200);
    }
  });
});
