import { type Kafka, type KafkaAdmin, type KafkaJsClient, isAdmin, currentClient } from './kafka-client.js';
import { type OwnAdmin, disconnect, releaseAdmin, shareAdmin } from './own-admin.js';

/** Calls `work` with an admin client. */
export interface AdminAccess {
  use<T>(work: (admin: KafkaAdmin) => Promise<T>): Promise<T>;
}

/** The admin client of an indicator. It is replaced when Nest's client or server has another `Kafka`. */
export class CurrentAdmin {
  #kafka: Kafka | undefined;
  #own: OwnAdmin | undefined;

  /** Undefined while the client has not connected. */
  of(client: KafkaJsClient): AdminAccess | undefined {
    const current = currentClient(client);
    if (isAdmin(current)) return { use: (work) => useOf(current, work) };
    this.#replace(current);
    return this.#own;
  }

  end(): void {
    this.#replace(undefined);
  }

  #replace(kafka: Kafka | undefined): void {
    if (kafka === this.#kafka) return;
    if (this.#kafka) releaseAdmin(this.#kafka);
    this.#kafka = kafka;
    this.#own = kafka && shareAdmin(kafka);
  }
}

/**
 * Calls `work` with an admin client of the application, and disconnects the client again if the application has
 * disconnected it meanwhile: kafkajs retries the call, and opens a connection that nothing else would close.
 */
async function useOf<T>(admin: KafkaAdmin, work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
  let isClosed = false;
  const removeListeners = [
    admin.on(admin.events.DISCONNECT, () => (isClosed = true)),
    admin.on(admin.events.CONNECT, () => (isClosed = false)),
  ];
  try {
    return await work(admin);
  } finally {
    for (const remove of removeListeners) remove();
    if (isClosed) disconnect(admin);
  }
}
