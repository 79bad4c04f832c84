import { etcdStore } from '../../stores/etcd/etcd-store.js';
import type { EtcdStoreClient } from '../../stores/etcd/etcd-store-client.js';
import { loadClient } from './load-client.js';
import type { Namespace, OpenedStore } from './opened-store.js';
import type { StoreAddress } from './store-address.js';
import type { StoreTls } from './store-tls.js';

type Etcd = EtcdStoreClient & { close(): void };

export function openEtcd({ urls, login, tls }: StoreAddress, options: Namespace): OpenedStore {
  const { client: loaded } = loadClient('--etcd', ['etcd3']);
  const Etcd3 = loaded['Etcd3'] as new (options: object) => Etcd;
  const client = new Etcd3({
    hosts: urls.map(({ origin }) => origin),
    ...(login.user !== undefined && { auth: { username: login.user, password: login.password ?? '' } }),
    ...(tls && { credentials: credentialsOf(tls) }),
  });
  return { store: etcdStore({ client, ...options }), close: () => client.close() };
}

function credentialsOf({ ca, cert, key }: StoreTls): object {
  return {
    ...(ca !== undefined && { rootCertificate: Buffer.from(ca) }),
    ...(cert !== undefined && { certChain: Buffer.from(cert) }),
    ...(key !== undefined && { privateKey: Buffer.from(key) }),
  };
}
