import { expect, it, vi } from 'vitest';
import { describeWith, useServer } from '../../support/servers/describe-with.js';
import { redisCluster } from '../../support/servers/redis-cluster.js';
import { redisSentinel } from '../../support/servers/redis-sentinel.js';
import { redis } from '../../support/servers/redis.js';
import { BuiltCli } from './built-cli.js';
import { installed } from './installed.js';

const PATIENCE = 120_000;

/** One process of the tool with each Redis package. */
function runs(line: readonly string[], environment: Readonly<Record<string, string>>): BuiltCli[] {
  return ['ioredis', 'redis'].map((name) => new BuiltCli(['fleet', ...line], { ...installed(name), environment }));
}

describeWith(redisCluster, 'nest-vitals fleet with a cluster', (server) => {
  it('follows the cluster with both packages while a node is unavailable', { timeout: PATIENCE }, async () => {
    const { host, port, password } = server().address();
    const environment = { HEALTH_STORE_PASSWORD: password };
    const nodes = ['--redis', `redis://${host}:1,redis://${host}:${port}`];
    for (const tool of runs([...nodes, '--redis-cluster', '--once'], environment)) {
      expect(await tool.exit()).toBe(1);
      expect(tool.output).toContain('Redis, no instance is known');
    }
  });
});

describeWith(redis, 'nest-vitals fleet with sentinels', (primary) => {
  const sentinel = useServer(() => redisSentinel(primary().address()));

  it(
    'follows the primary of the sentinels with both packages, and reports an unknown name',
    { timeout: PATIENCE },
    async () => {
      const { host, port, password } = sentinel().address();
      const environment = {
        HEALTH_STORE_PASSWORD: primary().address().password,
        HEALTH_SENTINEL_PASSWORD: password,
      };
      const sentinels = ['--redis', `redis://${host}:1,redis://${host}:${port}`];
      const known = runs([...sentinels, '--redis-sentinel', 'main', '--once'], environment);
      for (const tool of known) {
        expect(await tool.exit()).toBe(1);
        expect(tool.output).toMatch(/^fleet production +UP +Redis, no instance is known/);
      }
      const unknown = runs([...sentinels, '--redis-sentinel', 'other', '--port', '0'], environment);
      for (const tool of unknown) {
        const remedy = 'monitor no Redis of that name: check --redis-sentinel';
        await vi.waitUntil(() => tool.errors.includes(remedy), { timeout: 30_000, interval: 50 });
      }
      for (const { output, errors } of [...known, ...unknown]) expect(output + errors).not.toContain(password);
    },
  );
});
