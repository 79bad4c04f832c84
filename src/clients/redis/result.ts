import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type Rule, flag, milliseconds, numeric, oneOf } from '../../options/rules.js';
import type { OwnRules } from '../../discovery/configured-indicator.js';
import type { RedisAnswer, RedisInfo } from './info.js';

/** What can be asked of a Redis server besides an answer. None of it can be asked of a cluster. */
export interface RedisServerOptions {
  /**
   * Asks the server for its role and its memory, by `INFO`, and reports them. Default: true. Set it to false for a proxy,
   * or for a user that may not ask: nothing but a `PING` is sent then.
   */
  readonly info?: boolean;
  /** The role that the server has to have: in the other one it is DOWN. Default: unset, both are fine. */
  readonly role?: 'primary' | 'replica';
  /**
   * More than this share, from 0 to 1, of the server's `maxmemory` in use is DEGRADED. Default: unset. A server without
   * `maxmemory` is never beyond it; a cache that evicts what is old is meant to be full.
   */
  readonly maxMemoryShare?: number;
  /**
   * Milliseconds: a replica that has heard nothing from its primary for longer is DEGRADED. Default: unset. An idle
   * primary speaks every ten seconds (`repl-ping-replica-period`), so less than that makes no sense.
   */
  readonly maxPrimarySilence?: number;
}

export function redisServerRules(given: RedisServerOptions | undefined): OwnRules<RedisServerOptions> {
  const told = (rule: Rule): Rule =>
    given?.info === false ? { expected: 'nothing while "info" is false', accepts: () => false } : rule;
  return {
    info: flag,
    role: told(oneOf(['primary', 'replica'])),
    maxMemoryShare: told(numeric(0, 1)),
    maxPrimarySilence: told(milliseconds(1000)),
  };
}

/** The options that no cluster can serve, because its servers differ. */
export function objectionToCluster(place: string, options: RedisServerOptions): ConfigurationFault | undefined {
  const [option] = limitsOf(options);
  return option === undefined
    ? undefined
    : {
        place: `${place}, ${option}`,
        problem: 'its client is that of a cluster, whose servers differ in that',
        remedy: 'remove the option',
      };
}

/** What a server that answered makes of the indicator. */
export function redisServerResult({ info, note }: RedisAnswer, options: RedisServerOptions): HealthResult {
  if (!info) {
    const [option] = limitsOf(options);
    const data = note === undefined ? undefined : { note };
    return option === undefined ? up(data) : degraded(`cannot check ${option}: the server does not permit INFO`, data);
  }
  const isReplica = info['role'] === 'slave';
  const used = numberOf(info, 'used_memory');
  const max = numberOf(info, 'maxmemory') || undefined;
  const share = used !== undefined && max !== undefined ? Number((used / max).toFixed(4)) : undefined;
  const silence = isReplica ? silenceOf(info) : undefined;
  const data: HealthData = {
    role: isReplica ? 'replica' : 'primary',
    ...(isReplica
      ? { primary_link: info['master_link_status'], primary_silent_seconds: silence }
      : { replicas: numberOf(info, 'connected_slaves') }),
    used_memory_bytes: used,
    ...(max !== undefined && { max_memory_bytes: max, memory_used_share: share }),
    ...(note !== undefined && { note }),
  };
  if (options.role !== undefined && options.role !== data['role']) {
    return down(`the server is a ${String(data['role'])}, and not a ${options.role}`, data);
  }
  const { maxMemoryShare = Infinity, maxPrimarySilence = Infinity } = options;
  const problems: string[] = [];
  if (share !== undefined && share > maxMemoryShare) {
    problems.push(`${percent(share)} of maxmemory are in use, more than ${percent(maxMemoryShare)}`);
  }
  if (silence !== undefined && silence * 1000 > maxPrimarySilence) {
    problems.push(
      `the replica has heard nothing from its primary for ${silence} s, more than ${maxPrimarySilence / 1000} s`,
    );
  }
  if (isReplica && silence === undefined && maxPrimarySilence < Infinity) {
    problems.push('the replica has not reached its primary since it was started');
  }
  return problems.length > 0 ? degraded(problems.join('; '), data) : up(data);
}

/** What a cluster of which a node answered makes of the indicator. */
export function redisClusterResult({ info, note }: RedisAnswer): HealthResult {
  if (!info) return up(note === undefined ? undefined : { note });
  const failing = (numberOf(info, 'cluster_slots_fail') ?? 0) + (numberOf(info, 'cluster_slots_pfail') ?? 0);
  const data: HealthData = {
    cluster_nodes: numberOf(info, 'cluster_known_nodes'),
    cluster_primaries: numberOf(info, 'cluster_size'),
    cluster_slots: numberOf(info, 'cluster_slots_assigned'),
    cluster_slots_failing: failing,
  };
  if (info['cluster_state'] !== 'ok') return down('the cluster is down', data);
  return failing > 0 ? degraded(`${failing} slots of the cluster do not answer`, data) : up(data);
}

/** A server that takes connections, and is not ready for work. */
export function redisLoading(info: RedisInfo): HealthCheckError {
  const left = numberOf(info, 'loading_eta_seconds');
  return new HealthCheckError('the server is loading its data', {
    code: 'LOADING',
    data: {
      loaded_share: Number(((numberOf(info, 'loading_loaded_perc') ?? 0) / 100).toFixed(4)),
      ...(left !== undefined && { loading_eta_seconds: left }),
    },
  });
}

/** Since when the primary has said nothing, also if the connection to it is gone. */
function silenceOf(info: RedisInfo): number | undefined {
  const name = info['master_link_status'] === 'up' ? 'master_last_io_seconds_ago' : 'master_link_down_since_seconds';
  const seconds = numberOf(info, name);
  // Of a replica that has not reached its primary since it was started, nobody knows.
  return seconds === undefined || seconds < 0 ? undefined : seconds;
}

function limitsOf({ role, maxMemoryShare, maxPrimarySilence }: RedisServerOptions): string[] {
  return Object.entries({ role, maxMemoryShare, maxPrimarySilence }).flatMap(([option, value]) =>
    value === undefined ? [] : [option],
  );
}

function numberOf(info: RedisInfo, name: string): number | undefined {
  const value = info[name];
  return value === undefined || value === '' ? undefined : Number(value);
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
