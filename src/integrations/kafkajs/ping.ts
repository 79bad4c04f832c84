import { ClientRequests } from '../../clients/client-requests.js';
import { type ClusterReport, type GroupName, readCluster } from './cluster-report.js';
import { explain } from './failure.js';
import type { AdminAccess } from './current-admin.js';

/** Shared by all indicators: the requests through one admin client run one after the other. */
const pings = new ClientRequests<ClusterReport>();

/** Requests the state of the cluster from a broker, and the lag of a consumer group if one is named. */
export function ping(
  client: object,
  admin: AdminAccess,
  group: GroupName | undefined,
  signal: AbortSignal,
): Promise<ClusterReport> {
  return pings.send(client, JSON.stringify(group ?? null), signal, async (abandoned) => {
    try {
      // kafkajs cannot cancel a request.
      return await admin.use((connected) => readCluster(connected, group, abandoned));
    } catch (error) {
      throw explain(error);
    }
  });
}
