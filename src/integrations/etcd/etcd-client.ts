/** What is read of the answer to `Maintenance.Status`. Numbers of 64 bits are texts. */
export interface EtcdStatus {
  readonly header?: { readonly member_id?: string };
  readonly version?: string;
  readonly leader?: string;
  readonly dbSize?: string;
  readonly dbSizeInUse?: string;
  readonly isLearner?: boolean;
  /** The alarms among other things; absent from servers before 3.4. */
  readonly errors?: readonly string[];
}

/** What is used of an `Etcd3` client. */
export interface EtcdClient {
  readonly maintenance: { status(options?: object): Promise<object> };
}

export function isEtcdClient(candidate: unknown): candidate is EtcdClient {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const maintenance: unknown = Reflect.get(candidate, 'maintenance');
  return (
    typeof maintenance === 'object' && maintenance !== null && typeof Reflect.get(maintenance, 'status') === 'function'
  );
}
