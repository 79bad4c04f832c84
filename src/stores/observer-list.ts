import { HealthCheckError } from '../errors/health-check.error.js';
import type { StoreObserver } from './health-store.js';

/** One observer, with the names that it receives. */
export class RegisteredObserver {
  readonly #path: string;
  readonly #start: string;
  readonly #observer: StoreObserver;
  /** False until the observer has received the entries that were known when it was added. */
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

  notify(event: 'connected'): void;
  notify(event: 'disconnected' | 'failed', error: HealthCheckError): void;
  notify(event: 'connected' | 'disconnected' | 'failed', error?: HealthCheckError): void {
    if (event === 'connected') this.#call(() => this.#observer.connected?.());
    else if (error) this.#call(() => this.#observer[event]?.(error));
  }

  notifySnapshot(entries: ReadonlyMap<string, string>): void {
    const received = new Map<string, string>();
    for (const [name, value] of entries) if (this.receives(name)) received.set(this.#path + name, value);
    this.#call(() => this.#observer.snapshot(received));
  }

  notifyIgnored(reasons: ReadonlyMap<string, string>): void {
    const received = new Map<string, string>();
    for (const [name, reason] of reasons) if (this.receives(name)) received.set(this.#path + name, reason);
    this.#call(() => this.#observer.ignored?.(received));
  }

  /** An observer without `trusts()`, or whose `trusts()` throws an error, trusts every entry. */
  trusts(name: string, value: string): boolean {
    try {
      return this.#observer.trusts?.(this.#path + name, value) ?? true;
    } catch {
      return true;
    }
  }

  /** Without `#call()`, because a large fleet writes thousands of entries per second. */
  notifyPut(name: string, value: string): void {
    if (this.isRemoved) return;
    try {
      this.#awaitEnd(this.#observer.put(this.#path + name, value));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  notifyRemoved(name: string): void {
    this.#call(() => this.#observer.removed(this.#path + name));
  }

  /** An error of an observer affects neither the store nor other observers. */
  #call(method: () => unknown): void {
    if (this.isRemoved) return;
    try {
      this.#awaitEnd(method());
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** A method may be asynchronous against the rules. */
  #awaitEnd(returned: unknown): void {
    if (returned instanceof Promise) returned.catch((cause: unknown) => this.#fail(cause));
  }

  #fail(cause: unknown): void {
    const error = new HealthCheckError('a method of the observer of a store threw an error', { cause });
    try {
      const returned: unknown = this.#observer.failed?.(error);
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // The error of `failed()` itself has no other receiver.
    }
  }
}

/** The observers of one collection. */
export class ObserverList {
  readonly #list = new Set<RegisteredObserver>();

  get isEmpty(): boolean {
    return this.#list.size === 0;
  }

  add(path: string, start: string, observer: StoreObserver): RegisteredObserver {
    const added = new RegisteredObserver(path, start, observer);
    this.#list.add(added);
    return added;
  }

  remove(registered: RegisteredObserver): void {
    registered.isRemoved = true;
    this.#list.delete(registered);
  }

  notify(event: 'connected'): void;
  notify(event: 'disconnected' | 'failed', error: HealthCheckError): void;
  notify(event: 'connected' | 'disconnected' | 'failed', error?: HealthCheckError): void {
    this.#each((registered) => registered.notify(event as 'failed', error as HealthCheckError));
  }

  notifySnapshot(entries: ReadonlyMap<string, string>): void {
    this.#each((registered) => registered.notifySnapshot(entries));
  }

  notifyIgnored(reasons: ReadonlyMap<string, string>): void {
    this.#each((registered) => registered.notifyIgnored(reasons));
  }

  /** Whether an observer trusts the entry. The prefixes do not matter: a later observer may have another one. */
  trust(name: string, value: string): boolean {
    if (this.#list.size === 0) return true;
    for (const registered of this.#list) if (registered.trusts(name, value)) return true;
    return false;
  }

  notifyPut(name: string, value: string): void {
    for (const registered of this.#list) {
      if (registered.isReady && registered.receives(name)) registered.notifyPut(name, value);
    }
  }

  notifyRemoved(name: string): void {
    this.#each((registered) => registered.receives(name) && registered.notifyRemoved(name));
  }

  #each(notify: (registered: RegisteredObserver) => unknown): void {
    for (const registered of this.#list) if (registered.isReady) notify(registered);
  }
}
