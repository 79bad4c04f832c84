import { expect, it } from 'vitest';
import { HealthEngine } from '../../../src/core/health-engine.js';
import { degraded } from '../../../src/core/result.js';
import { checkDefinition } from '../../support/check-definition.js';
import { retainedBytes } from '../../support/garbage.js';

const MEGABYTE = 1024 * 1024;

it('20,000 runs of a check retain less than 3 MB', async () => {
  const counter = { runs: 0 };
  const check = async (): Promise<ReturnType<typeof degraded>> => {
    counter.runs += 1;
    if (counter.runs % 2 === 0) throw new Error(`run ${counter.runs}`);
    return degraded('lag', { run: counter.runs });
  };
  const engine = new HealthEngine({
    deadline: 800,
    deadlines: {},
    maxConcurrency: 10,
    groups: new Map(),
    identity: {},
    gate: { isBootstrapped: true, closedBecause: undefined },
    onListenerFault: () => undefined,
  });
  engine.add(checkDefinition('database', check, { ttl: 0 }));
  engine.onChange(() => undefined);
  const runUntil = async (limit: number): Promise<void> => {
    while (counter.runs < limit) await engine.evaluate('ready');
  };

  await runUntil(2000);
  const before = await retainedBytes();
  await runUntil(22_000);
  const after = await retainedBytes();
  expect(after - before).toBeLessThan(3 * MEGABYTE);
  expect(engine.size).toBe(1);
});
