import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import type { StorePlace } from '../store-key.js';
import { type NatsStoreClient, isNatsStoreClient } from './nats-store-client.js';
import { explainBucketError } from './nats-link.js';

/**
 * A store whose client is still connecting: the packages of NATS give a client only after the first connection. Until then,
 * every operation is refused, and watches try again.
 */
export class ConnectingBackend implements StoreBackend {
  readonly name = 'NATS';
  #connected: StoreBackend | undefined;
  #failure: unknown = notConnected('connecting');

  constructor(connecting: PromiseLike<unknown>, connect: (client: NatsStoreClient) => StoreBackend) {
    connecting.then(
      (client) => {
        if (isNatsStoreClient(client)) this.#connected = connect(client);
        else
          this.#failure = new HealthCheckError(
            'the promise in the option client did not resolve to a connection of NATS',
          );
      },
      (error: unknown) => (this.#failure = error),
    );
  }

  async put(entry: BackendEntry, signal: AbortSignal): Promise<void> {
    return this.#backend.put(entry, signal);
  }

  async remove(place: StorePlace, signal: AbortSignal): Promise<void> {
    return this.#backend.remove(place, signal);
  }

  async follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    return this.#backend.follow(collection, sink, signal);
  }

  async claim(...claim: Parameters<StoreBackend['claim']>): Promise<BackendLease | undefined> {
    return this.#backend.claim(...claim);
  }

  explain(error: unknown): unknown {
    return explainBucketError(error);
  }

  get #backend(): StoreBackend {
    if (!this.#connected) throw this.#failure;
    return this.#connected;
  }
}
