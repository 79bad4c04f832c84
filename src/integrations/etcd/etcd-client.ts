import { hasMethods } from '../../core/has-methods.js';

/** The used part of the response of `Maintenance.Status`. Numbers of 64 bits are strings. */
export interface EtcdStatus {
  readonly header?: { readonly member_id?: string };
  readonly version?: string;
  readonly leader?: string;
  readonly dbSize?: string;
  readonly dbSizeInUse?: string;
  readonly isLearner?: boolean;
  /** The alarms and other errors. Servers before 3.4 do not send it. */
  readonly errors?: readonly string[];
}

/** The used part of an `Etcd3` client. */
export interface EtcdClient {
  readonly maintenance: { status(options?: object): Promise<object> };
}

export function isEtcdClient(candidate: unknown): candidate is EtcdClient {
  return hasMethods(candidate) && hasMethods(Reflect.get(candidate, 'maintenance'), 'status');
}
