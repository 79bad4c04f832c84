import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';

/** The used part of the response to `GET /_cluster/health`. Elasticsearch and OpenSearch have the same. */
export interface ClusterHealth {
  readonly cluster_name?: string;
  readonly status?: string;
  readonly number_of_nodes?: number;
  readonly number_of_data_nodes?: number;
  readonly active_shards?: number;
  readonly unassigned_shards?: number;
  readonly number_of_pending_tasks?: number;
}

/** The worst status of a cluster that is UP. */
export type EnoughStatus = 'green' | 'yellow';

/** `green`: all shards work. `yellow`: replicas are missing. `red`: data is missing. */
export function clusterResult(health: ClusterHealth, enough: EnoughStatus = 'green'): HealthResult {
  const { status, unassigned_shards: unassigned = 0 } = health;
  const data = dataOf(health);
  // Elasticsearch 8 and older send the status in upper case to a client that requests this.
  const known = status?.toLowerCase();
  if (known === 'green' || (known === 'yellow' && enough === 'yellow')) return up(data);
  const shards = unassigned === 1 ? '1 shard is not assigned' : `${unassigned} shards are not assigned`;
  if (known === 'yellow') return degraded(`the status of the cluster is yellow: ${shards}`, data);
  if (known === 'red') return down(`the status of the cluster is red: ${shards}`, data);
  return down('the response has no status of the cluster', data);
}

function dataOf(health: ClusterHealth): HealthData {
  const values = {
    cluster: health.cluster_name,
    cluster_status: health.status,
    nodes: health.number_of_nodes,
    data_nodes: health.number_of_data_nodes,
    active_shards: health.active_shards,
    unassigned_shards: health.unassigned_shards,
    pending_tasks: health.number_of_pending_tasks,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
