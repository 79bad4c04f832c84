import { HealthCheckError } from '../errors/health-check.error.js';
import type { StoreObserver } from './health-store.js';

/** One observer, with the names that it receives. */
export class Observing {
  readonly #path: string;
  readonly #start: string;
  readonly #observer: StoreObserver;
  /** False until the observer has received what was known when it was added. */
  isReady = false;
  isRemoved = false;

  /** `path`: the collection with its slash. `start`: the beginning of the names. */
  constructor(path: string, start: string, observer: StoreObserver) {
    this.#path = path;
    this.#start = start;
    this.#observer = observer;
  }

  receives(name: string): boolean {
    return name.startsWith(this.#start);
  }

  tell(event: 'connected'): void;
  tell(event: 'disconnected' | 'failed', error: HealthCheckError): void;
  tell(event: 'connected' | 'disconnected' | 'failed', error?: HealthCheckError): void {
    if (event === 'connected') this.#call(() => this.#observer.connected?.());
    else if (error) this.#call(() => this.#observer[event]?.(error));
  }

  tellSnapshot(entries: ReadonlyMap<string, string>): void {
    const received = new Map<string, string>();
    for (const [name, value] of entries) if (this.receives(name)) received.set(this.#path + name, value);
    this.#call(() => this.#observer.snapshot(received));
  }

  tellIgnored(reasons: ReadonlyMap<string, string>): void {
    const received = new Map<string, string>();
    for (const [name, because] of reasons) if (this.receives(name)) received.set(this.#path + name, because);
    this.#call(() => this.#observer.ignored?.(received));
  }

  /** An observer without an opinion, or whose method throws an error, trusts every entry. */
  trusts(name: string, value: string): boolean {
    try {
      return this.#observer.trusts?.(this.#path + name, value) ?? true;
    } catch {
      return true;
    }
  }

  tellPut(name: string, value: string): void {
    this.#call(() => this.#observer.put(this.#path + name, value));
  }

  tellRemoved(name: string): void {
    this.#call(() => this.#observer.removed(this.#path + name));
  }

  /** An observer can disturb neither the store nor other observers. It may be asynchronous, against the rules. */
  #call(method: () => unknown): void {
    if (this.isRemoved) return;
    const fail = (cause: unknown): void => {
      const error = new HealthCheckError('a method of the observer of a store threw an error', { cause });
      try {
        this.#observer.failed?.(error);
      } catch {
        // An error of the observer of errors has no other receiver.
      }
    };
    try {
      const returned = method();
      if (returned instanceof Promise) returned.catch(fail);
    } catch (cause) {
      fail(cause);
    }
  }
}

/** The observers of one collection. */
export class ObserverList {
  readonly #list = new Set<Observing>();

  get isEmpty(): boolean {
    return this.#list.size === 0;
  }

  add(path: string, start: string, observer: StoreObserver): Observing {
    const added = new Observing(path, start, observer);
    this.#list.add(added);
    return added;
  }

  remove(observing: Observing): void {
    observing.isRemoved = true;
    this.#list.delete(observing);
  }

  tell(event: 'connected'): void;
  tell(event: 'disconnected' | 'failed', error: HealthCheckError): void;
  tell(event: 'connected' | 'disconnected' | 'failed', error?: HealthCheckError): void {
    this.#each((observing) => observing.tell(event as 'failed', error as HealthCheckError));
  }

  tellSnapshot(entries: ReadonlyMap<string, string>): void {
    this.#each((observing) => observing.tellSnapshot(entries));
  }

  tellIgnored(reasons: ReadonlyMap<string, string>): void {
    this.#each((observing) => observing.tellIgnored(reasons));
  }

  /** Whether an observer trusts the entry. Each is asked, whatever its prefix is: later observers may have another one. */
  trust(name: string, value: string): boolean {
    if (this.#list.size === 0) return true;
    for (const observing of this.#list) if (observing.trusts(name, value)) return true;
    return false;
  }

  tellPut(name: string, value: string): void {
    this.#each((observing) => observing.receives(name) && observing.tellPut(name, value));
  }

  tellRemoved(name: string): void {
    this.#each((observing) => observing.receives(name) && observing.tellRemoved(name));
  }

  #each(tell: (observing: Observing) => unknown): void {
    for (const observing of this.#list) if (observing.isReady) tell(observing);
  }
}
