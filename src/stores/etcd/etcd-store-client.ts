import type { EtcdLeaseClient, EtcdStream } from '../../clients/etcd/etcd-calls.js';
import { hasMethods } from '../../core/has-methods.js';

/** A key with its value. Numbers of 64 bits are strings. */
export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly lease?: string;
}

export interface WatchResponse {
  readonly created?: boolean;
  readonly canceled?: boolean;
  readonly compact_revision?: string;
  readonly events?: readonly { readonly type: unknown; readonly kv: KeyValue }[];
}

interface RangeResponse {
  readonly header: { readonly revision: string };
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

/** The used part of an `Etcd3` client: the calls that accept options of gRPC, so that they can be cancelled. */
export interface EtcdStoreClient {
  readonly kv: {
    put(request: { key: Buffer; value: Buffer; lease?: string }, options?: object): Promise<unknown>;
    range(
      request: { key: Buffer; range_end?: Buffer; limit?: number; revision?: string },
      options?: object,
    ): Promise<RangeResponse>;
    deleteRange(request: { key: Buffer }, options?: object): Promise<unknown>;
    txn(request: object, options?: object): Promise<{ readonly succeeded: boolean }>;
  };
  readonly leaseClient: EtcdLeaseClient;
  readonly watchClient: { watch(options?: object): Promise<EtcdStream<WatchResponse>> };
}

export function isEtcdStoreClient(candidate: unknown): candidate is EtcdStoreClient {
  return (
    hasMethods(candidate) &&
    hasMethods(Reflect.get(candidate, 'kv'), 'put', 'range', 'deleteRange', 'txn') &&
    hasMethods(Reflect.get(candidate, 'leaseClient'), 'leaseGrant', 'leaseRevoke', 'leaseKeepAlive') &&
    hasMethods(Reflect.get(candidate, 'watchClient'), 'watch')
  );
}
