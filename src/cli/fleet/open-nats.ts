import { natsStore } from '../../stores/nats/nats-store.js';
import type { NatsStoreClient } from '../../stores/nats/nats-store-client.js';
import { connectUntilClosed } from './connect-until-closed.js';
import { type LoadedPackage, loadClient } from './load-client.js';
import { CLIENT_NAME, type Namespace, type OnError, type OpenedStore, PAUSE } from './opened-store.js';
import type { StoreAddress } from './store-address.js';
import type { Login } from './store-login.js';

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
  const settings = {
    servers: urls.map(({ host }) => host),
    ...loginSettings(login, loaded),
    ...(tls && { tls }),
    name: CLIENT_NAME,
    maxReconnectAttempts: -1,
    // The password may be right again later.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: PAUSE,
    timeout: 5000,
    // A server that is gone without closing the connection is noticed within 15 s.
    pingInterval: 5000,
  };
  const closed = new AbortController();
  // Not `waitOnFirstConnect`, which reports no errors.
  const client = connectUntilClosed(() => connect(settings), onError, closed.signal);
  client.then((connected) => reportErrors(connected, onError)).catch(() => undefined);
  const close = (): void => {
    closed.abort();
    client.then((connected) => connected.close()).catch(() => undefined);
  };
  return { store: natsStore({ client, ...options }), close };
}

/** The options of the client for a login. `loaded`: its package. */
function loginSettings({ user, password, credentials }: Login, loaded: LoadedPackage): object {
  if (credentials !== undefined) {
    const credsAuthenticator = loaded['credsAuthenticator'] as (creds: Uint8Array) => unknown;
    return { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) };
  }
  if (user !== undefined) return { user, pass: password };
  return password === undefined ? {} : { token: password };
}

/** The older package has the error in `data`. */
async function reportErrors(client: Nats, onError: OnError): Promise<void> {
  for await (const { type, error, data } of client.status() as AsyncIterable<NatsStatus>) {
    if (type === 'error') onError(error ?? data);
  }
}
