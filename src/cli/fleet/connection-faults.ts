import { CHECK_FAILED, describeFailure } from '../../core/failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { messageOf } from '../http-request.js';
import { explainClosed, explainFault } from './explain-fault.js';
import type { ObservedStore } from './opened-store.js';
import type { StoreAddress } from './store-address.js';
import { connectionObserver } from './connection-observer.js';

/** Characters. A shorter secret may occur in any message by chance, so it is not replaced. */
const SHORTEST_SECRET = 3;
/** Different messages that are kept, so that none of them is written twice before the next connection. */
const MOST_MESSAGES = 20;

/** Explains the errors of a store's client, in the terminal and as the reason why the store is unavailable. */
export class ConnectionFaults {
  readonly #address: StoreAddress;
  readonly #write: (message: string) => void;
  readonly #written = new Set<string>();
  #reason: string | undefined;
  #hasConnected = false;
  #notify = (): void => undefined;

  /** `write` receives the message of each error of the client, once until the next connection. */
  constructor(address: StoreAddress, write: (message: string) => void) {
    this.#address = address;
    this.#write = write;
  }

  /** Receives an error of the client. */
  readonly report = (error: unknown): void => {
    const explained = this.#explained(error);
    this.#writeOnce(explained ?? this.#withoutLogin(messageOf(error)));
    this.#reason = explained ?? kindOf(error) ?? this.#reason;
    this.#notify();
  };

  /** Returns the store. While it is unavailable, it reports the reason that its client gave. */
  explain(store: ObservedStore): ObservedStore {
    const { name } = store;
    return {
      name,
      watch: (prefix, observer) => {
        let failure: HealthCheckError | undefined;
        this.#notify = () => {
          if (!failure) return;
          const reason = this.#reason;
          observer.disconnected?.(
            reason === undefined ? failure : new HealthCheckError(`${name}: ${reason}`, { cause: failure }),
          );
        };
        const connectionAware = connectionObserver(observer, {
          connected: () => {
            failure = undefined;
            this.#reason = undefined;
            this.#hasConnected = true;
            this.#written.clear();
            observer.connected?.();
          },
          disconnected: (error) => {
            failure = error;
            this.#reason = this.#explained(error) ?? this.#reason;
            this.#notify();
          },
        });
        return store.watch(prefix, connectionAware);
      },
    };
  }

  #explained(error: unknown): string | undefined {
    return explainFault(error, this.#address) ?? (this.#hasConnected ? undefined : explainClosed(error, this.#address));
  }

  #writeOnce(message: string): void {
    if (this.#written.has(message)) return;
    if (this.#written.size === MOST_MESSAGES) this.#written.clear();
    this.#written.add(message);
    this.#write(message);
  }

  #withoutLogin(message: string): string {
    const { login, topology } = this.#address;
    const logins = topology.kind === 'sentinels' ? [login, topology.login] : [login];
    return logins
      .flatMap(({ user, password }) => [password, user])
      .filter((text) => text !== undefined && text.length >= SHORTEST_SECRET)
      .reduce<string>((shown, text) => shown.replaceAll(text ?? '', '***'), message);
  }
}

/** The kind of an error of the system, such as "connection refused". */
function kindOf(error: unknown): string | undefined {
  const { error: kind } = describeFailure(error);
  return kind === CHECK_FAILED ? undefined : kind;
}
