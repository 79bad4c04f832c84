import type { KafkaAdmin, PartitionOffset } from './kafka-client.js';

/** The consumer group whose lag is requested. */
export interface GroupName {
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** The state of the cluster, and of a consumer group if one is named. */
export interface ClusterReport {
  readonly brokers: number;
  /** Undefined while the cluster elects one. */
  readonly controller: number | undefined;
  readonly lag: GroupLag | undefined;
}

export interface GroupLag {
  /** The messages after the committed offsets, summed over all partitions. */
  readonly messages: number;
  /** Partitions for which the group has committed no offset. Their messages are not counted. */
  readonly uncommitted: number;
}

/** Sends requests that only read. */
export async function readCluster(
  admin: KafkaAdmin,
  group: GroupName | undefined,
  abandoned: AbortSignal,
): Promise<ClusterReport> {
  const { brokers, controller } = await admin.describeCluster();
  abandoned.throwIfAborted();
  return {
    brokers: brokers.length,
    controller: controller ?? undefined,
    lag: group && (await readLag(admin, group, abandoned)),
  };
}

async function readLag(admin: KafkaAdmin, { groupId, topics }: GroupName, abandoned: AbortSignal): Promise<GroupLag> {
  // The committed offsets are read first, so that messages consumed in between cannot make the lag negative.
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
  let messages = 0;
  let uncommitted = 0;
  for (const topic of topics) {
    abandoned.throwIfAborted();
    const offsets = committedOf(committed.find((entry) => entry.topic === topic)?.partitions ?? []);
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      const offset = offsets.get(partition);
      if (offset === undefined) uncommitted += 1;
      else messages += Number(BigInt(high) - offset);
    }
  }
  return { messages, uncommitted };
}

/** An offset of -1 means that the group has committed none. */
function committedOf(partitions: readonly PartitionOffset[]): ReadonlyMap<number, bigint> {
  return new Map(
    partitions
      .map(({ partition, offset }) => [partition, BigInt(offset)] as const)
      .filter(([, offset]) => offset >= 0n),
  );
}
