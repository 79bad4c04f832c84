import { describe, expect, it } from 'vitest';
import { type RedisResponse, pingRedisCluster, pingRedisServer } from '../../../../src/clients/redis/requests.js';
import { redisClusterResult, redisLoading, redisServerResult } from '../../../../src/clients/redis/redis-result.js';

const replica = (link: object): RedisResponse => ({
  info: { role: 'slave', used_memory: '10', maxmemory: '0', ...link },
});

describe('the state of a Redis server', () => {
  it('is parsed from the lines of its replies', async () => {
    const replies: Record<string, string> = {
      memory: '# Memory\r\nused_memory:50\r\nmaxmemory:200\r\nmem_allocator:jemalloc-5.3.0\r\n',
      replication: '# Replication\r\nrole:master\r\nconnected_slaves:2\r\nslave0:ip=10.0.0.1,port=6379\r\n',
    };
    const response = await pingRedisServer(async (_name, section = '') => replies[section] ?? 'PONG', true);
    expect(redisServerResult(response, {})).toEqual({
      status: 'UP',
      data: { role: 'primary', replicas: 2, used_memory_bytes: 50, max_memory_bytes: 200, memory_used_share: 0.25 },
    });
  });

  it('is not requested without details', async () => {
    const sent: string[] = [];
    const send = async (...words: string[]): Promise<string> => {
      sent.push(words.join(' '));
      return 'PONG';
    };
    expect(await pingRedisServer(send, false)).toEqual({ info: undefined });
    expect(sent).toEqual(['PING']);
  });

  it('is UP exactly at a limit', () => {
    const response = { info: { role: 'master', used_memory: '50', maxmemory: '100' } };
    expect(redisServerResult(response, { maxMemoryShare: 0.5 }).status).toBe('UP');
    expect(redisServerResult(response, { maxMemoryShare: 0.49 })).toMatchObject({
      status: 'DEGRADED',
      message: '50 % of maxmemory are in use, more than 49 %',
    });
  });

  it('includes the time since a replica last received data from its primary', () => {
    const up = replica({ master_link_status: 'up', master_last_io_seconds_ago: '3' });
    const down = replica({
      master_link_status: 'down',
      master_last_io_seconds_ago: '-1',
      master_link_down_since_seconds: '40',
    });
    const never = replica({ master_link_status: 'down', master_link_down_since_seconds: '-1' });
    const limit = { maxPrimarySilence: 30_000 };
    expect(redisServerResult(up, limit)).toMatchObject({ status: 'UP', data: { primary_silent_seconds: 3 } });
    expect(redisServerResult(down, limit)).toMatchObject({ status: 'DEGRADED', data: { primary_silent_seconds: 40 } });
    expect(redisServerResult(never, limit)).toMatchObject({
      status: 'DEGRADED',
      message: 'the replica has not reached its primary since it was started',
    });
    expect(redisServerResult(never, {})).toMatchObject({ status: 'UP', data: { primary_link: 'down' } });
  });

  it('includes the loaded share of its data', () => {
    expect(redisLoading({ loading_loaded_perc: '42.50', loading_eta_seconds: '7' }).data).toEqual({
      loaded_share: 0.425,
      loading_eta_seconds: 7,
    });
  });
});

describe('a Redis server that does not permit the commands of the check', () => {
  /** Replies by command, and an error for all other commands. */
  const sender =
    (replies: Record<string, string>, other: string) =>
    async (name: string): Promise<string> => {
      const reply = replies[name] ?? other;
      if (/^[A-Z]+ /.test(reply)) throw new Error(reply);
      return reply;
    };
  const NOPERM = "NOPERM User app has no permissions to run the 'ping' command";

  it.each([
    ['may read', { EXISTS: '0' }],
    ['may not read that key either', {}],
    ['is sent to another node for the key', { EXISTS: 'MOVED 866 127.0.0.1:7001' }],
  ])('is UP for a user who %s', async (_title, replies) => {
    const server = await pingRedisServer(sender(replies, NOPERM), true);
    expect(redisServerResult(server, {})).toEqual({ status: 'UP', data: { note: 'PING is not permitted' } });
    const cluster = await pingRedisCluster(sender(replies, NOPERM));
    expect(redisClusterResult(cluster)).toEqual({ status: 'UP', data: { note: 'CLUSTER INFO is not permitted' } });
  });

  it('is reported with the permitted details', async () => {
    const server = await pingRedisServer(sender({ INFO: 'role:master', EXISTS: '0' }, NOPERM), true);
    expect(redisServerResult(server, {})).toMatchObject({
      status: 'UP',
      data: { role: 'primary', note: 'PING is not permitted' },
    });
  });

  it.each([
    ['LOADING Redis is loading the dataset in memory', { EXISTS: 'LOADING Redis is loading the dataset in memory' }],
    ['NOAUTH Authentication required.', { EXISTS: 'NOAUTH Authentication required.' }],
    ['CLUSTERDOWN The cluster is down', { EXISTS: 'CLUSTERDOWN The cluster is down' }],
  ])('fails when the application cannot read either: %s', async (error, replies) => {
    await expect(pingRedisServer(sender(replies, NOPERM), false)).rejects.toThrow(error);
    await expect(pingRedisCluster(sender(replies, NOPERM))).rejects.toThrow(error);
  });

  it('fails for a user without a login', async () => {
    await expect(pingRedisServer(sender({}, 'NOAUTH Authentication required.'), true)).rejects.toThrow(/^NOAUTH/);
  });
});

describe('the state of a Redis cluster', () => {
  const resultOf = (fields: string): Promise<unknown> => pingRedisCluster(async () => fields).then(redisClusterResult);

  it('is UP, DEGRADED with failing slots, or DOWN', async () => {
    const fine = 'cluster_state:ok\r\ncluster_known_nodes:6\r\ncluster_size:3\r\ncluster_slots_assigned:16384\r\n';
    expect(await resultOf(fine)).toMatchObject({ status: 'UP', data: { cluster_nodes: 6, cluster_primaries: 3 } });
    expect(await resultOf(`${fine}cluster_slots_pfail:2\r\ncluster_slots_fail:1\r\n`)).toMatchObject({
      status: 'DEGRADED',
      message: '3 slots of the cluster do not respond',
    });
    expect(await resultOf('cluster_state:fail\r\n')).toMatchObject({ status: 'DOWN', message: 'the cluster is down' });
    expect(await resultOf('')).toMatchObject({ status: 'DOWN' });
  });
});
