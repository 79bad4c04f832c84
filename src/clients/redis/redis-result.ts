import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { Duration, InMilliseconds } from '../../options/duration.js';
import { type Rule, duration, flag, numeric, oneOf } from '../../options/rules.js';
import type { OwnRules } from '../../discovery/configured-indicator.js';
import { assess } from '../assess.js';
import type { RedisInfo, RedisResponse } from './requests.js';

/** Additional checks of a Redis server besides the ping. They are not available for a cluster. */
export interface RedisServerOptions {
  /**
   * Requests the role and the memory of the server with `INFO`, and reports them. Default: true. Set it to false for a
   * proxy, or for a user who is not permitted to run `INFO`: the check sends only `PING` then.
   */
  readonly info?: boolean;
  /** The role that the server must have. A server with the other role is DOWN. Default: unset, both roles are UP. */
  readonly role?: 'primary' | 'replica';
  /**
   * The server is DEGRADED when it uses more than this share, from 0 to 1, of its `maxmemory`. Default: unset. A server
   * without `maxmemory` never exceeds it. A cache that evicts old keys usually runs full.
   */
  readonly maxMemoryShare?: number;
  /**
   * Milliseconds. A replica is DEGRADED when it has received nothing from its primary for longer. Default: unset. An
   * idle primary sends a ping every ten seconds (`repl-ping-replica-period`), so use more than that.
   */
  readonly maxPrimarySilence?: Duration;
}

export function redisServerRules(given: RedisServerOptions | undefined): OwnRules<RedisServerOptions> {
  const fromInfo = (rule: Rule): Rule =>
    given?.info === false ? { expected: 'nothing, because "info" is false', accepts: () => false } : rule;
  return {
    info: flag,
    role: fromInfo(oneOf(['primary', 'replica'])),
    maxMemoryShare: fromInfo(numeric(0, 1)),
    maxPrimarySilence: fromInfo(duration(1000)),
  };
}

/** A fault if the options need one server: the servers of a cluster differ in role and memory. */
export function clusterOptionsFault(
  place: string,
  options: InMilliseconds<RedisServerOptions>,
): ConfigurationFault | undefined {
  const [option] = limitsOf(options);
  return option === undefined
    ? undefined
    : {
        place: `${place}, ${option}`,
        problem: 'its client is the client of a cluster, whose servers have different values',
        remedy: 'remove the option',
      };
}

/** The result for a server that responded. */
export function redisServerResult(
  { info, note }: RedisResponse,
  options: InMilliseconds<RedisServerOptions>,
): HealthResult {
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
    return down(`the server is a ${String(data['role'])} instead of a ${options.role}`, data);
  }
  const { maxMemoryShare = Infinity, maxPrimarySilence = Infinity } = options;
  return assess(
    [
      share !== undefined &&
        share > maxMemoryShare &&
        `${percent(share)} of maxmemory are in use, more than ${percent(maxMemoryShare)}`,
      silence !== undefined &&
        silence * 1000 > maxPrimarySilence &&
        `the replica has received nothing from its primary for ${silence} s, more than ${maxPrimarySilence / 1000} s`,
      isReplica &&
        silence === undefined &&
        maxPrimarySilence < Infinity &&
        'the replica has not reached its primary since it was started',
    ],
    data,
  );
}

/** The result for a cluster of which a node responded. */
export function redisClusterResult({ info, note }: RedisResponse): HealthResult {
  if (!info) return up(note === undefined ? undefined : { note });
  const failing = (numberOf(info, 'cluster_slots_fail') ?? 0) + (numberOf(info, 'cluster_slots_pfail') ?? 0);
  const data: HealthData = {
    cluster_nodes: numberOf(info, 'cluster_known_nodes'),
    cluster_primaries: numberOf(info, 'cluster_size'),
    cluster_slots: numberOf(info, 'cluster_slots_assigned'),
    cluster_slots_failing: failing,
  };
  if (info['cluster_state'] !== 'ok') return down('the cluster is down', data);
  return assess([failing > 0 && `${failing} slots of the cluster do not respond`], data);
}

/** The error for a server that accepts connections and is not ready for work. */
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

/** Seconds since the primary last sent something, also while the connection to it is lost. */
function silenceOf(info: RedisInfo): number | undefined {
  const name = info['master_link_status'] === 'up' ? 'master_last_io_seconds_ago' : 'master_link_down_since_seconds';
  const seconds = numberOf(info, name);
  // Negative: the replica has not reached its primary since it was started.
  return seconds === undefined || seconds < 0 ? undefined : seconds;
}

function limitsOf({ role, maxMemoryShare, maxPrimarySilence }: InMilliseconds<RedisServerOptions>): string[] {
  return Object.entries({ role, maxMemoryShare, maxPrimarySilence }).flatMap(([option, value]) =>
    value === undefined ? [] : [option],
  );
}

function numberOf(info: RedisInfo, name: string): number | undefined {
  const value = info[name];
  return value === undefined || value === '' ? undefined : Number(value);
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
