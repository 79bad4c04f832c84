export { EtcdIndicator } from './etcd.indicator.js';
export type { EtcdIndicatorOptions } from './etcd.indicator.js';
export type { EtcdClient, EtcdStatus } from './etcd-client.js';
