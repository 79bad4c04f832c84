import type { Cluster } from 'node:cluster';

/** The number of this worker of `node:cluster`, or 0. The module is loaded only in processes with a channel, as workers have. */
export function clusterWorker(): number {
  if (process.channel === undefined) return 0;
  // Its type describes the ES module, whose default export is the object that is returned here.
  const { worker } = process.getBuiltinModule('node:cluster') as unknown as Cluster;
  return worker?.id ?? 0;
}
