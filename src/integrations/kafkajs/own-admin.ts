import { notConnected } from '../../clients/not-connected.js';
import type { Kafka, KafkaAdmin } from './kafka-client.js';

interface Entry {
  readonly admin: KafkaAdmin;
  isBusy: boolean;
}

/**
 * The admin client of the checks of one `Kafka`. In kafkajs, every producer, consumer and admin client has its own
 * connections, and only an admin client can send the requests of a check. It connects at the first call.
 */
export class OwnAdmin {
  readonly #kafka: Kafka;
  #current: Entry | undefined;
  #isEnded = false;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /**
   * Calls `work` with an admin client that has no other call. If the call of the current one has not ended, its connection
   * may get no responses, and kafkajs would never open another one: a new admin client replaces it.
   */
  async use<T>(work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
    if (this.#isEnded) throw notConnected('closed');
    const entry = this.#current?.isBusy === false ? this.#current : { admin: this.#kafka.admin(), isBusy: false };
    this.#current = entry;
    entry.isBusy = true;
    try {
      return await work(entry.admin);
    } finally {
      entry.isBusy = false;
      // After the call has ended, because a call that is under way would open a connection again.
      if (entry !== this.#current) disconnect(entry.admin);
    }
  }

  /** Closes the connections, at the latest when the call under way has ended. */
  end(): void {
    const entry = this.#current;
    this.#isEnded = true;
    this.#current = undefined;
    if (entry?.isBusy === false) disconnect(entry.admin);
  }
}

interface Shared {
  readonly admin: OwnAdmin;
  users: number;
}

const admins = new WeakMap<Kafka, Shared>();

/** The admin client for a `Kafka`. All indicators with this `Kafka` share it. */
export function shareAdmin(kafka: Kafka): OwnAdmin {
  const shared = admins.get(kafka) ?? { admin: new OwnAdmin(kafka), users: 0 };
  admins.set(kafka, shared);
  shared.users += 1;
  return shared.admin;
}

/** Closes the admin client when no indicator uses it any more. */
export function releaseAdmin(kafka: Kafka): void {
  const shared = admins.get(kafka);
  if (!shared) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  admins.delete(kafka);
  shared.admin.end();
}

/** Closes the connections without waiting for them. */
export function disconnect(admin: KafkaAdmin): void {
  const closing = async (): Promise<void> => admin.disconnect();
  // `disconnect()` waits for the responses of a broker, which may never come.
  closing().catch(() => undefined);
}
