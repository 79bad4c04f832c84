import { natsStore } from '../../stores/nats/nats-store.js';
import type { NatsStoreClient } from '../../stores/nats/nats-client.js';
import { connectUntilClosed } from './connect-until-closed.js';
import { loadClient } from './load-client.js';
import { CLIENT_NAME, type Namespace, type OnError, type OpenedStore, PAUSE } from './opened-store.js';
import type { StoreAddress } from './store-address.js';

interface NatsStatus {
  readonly type: string;
  readonly error?: unknown;
  readonly data?: unknown;
}

type Nats = NatsStoreClient & { close(): Promise<void> };

export function openNats(address: StoreAddress, options: Namespace, onError: OnError): OpenedStore {
  const { urls, login, tls } = address;
  const { client: loaded } = loadClient('--nats', ['@nats-io/transport-node', 'nats']);
  const connect = loaded['connect'] as (settings: object) => Promise<Nats>;
  const { user, password } = login;
  const settings = {
    servers: urls.map(({ host }) => host),
    ...(user === undefined ? password !== undefined && { token: password } : { user, pass: password }),
    ...(tls && { tls }),
    name: CLIENT_NAME,
    maxReconnectAttempts: -1,
    // The password may be right again later.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: PAUSE,
    timeout: 5000,
    // A server that has vanished without a word is noticed in 15 s.
    pingInterval: 5000,
  };
  const closed = new AbortController();
  // Not `waitOnFirstConnect`, which tells no error.
  const client = connectUntilClosed(() => connect(settings), onError, closed.signal);
  client.then((connected) => reportErrors(connected, onError)).catch(() => undefined);
  const close = (): void => {
    closed.abort();
    client.then((connected) => connected.close()).catch(() => undefined);
  };
  return { store: natsStore({ client, ...options }), close };
}

/** The older package has the error in `data`. */
async function reportErrors(client: Nats, onError: OnError): Promise<void> {
  for await (const { type, error, data } of client.status() as AsyncIterable<NatsStatus>) {
    if (type === 'error') onError(error ?? data);
  }
}
