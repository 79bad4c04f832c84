import { guardedSignal } from '../core/guarded-signal.js';
import { elapsed } from '../core/moment.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import type { StoreLease } from './health-store.js';
import type { BackendLease, StoreBackend } from './store-backend.js';
import { limited } from './store-calls.js';
import { storeError } from './store-error.js';

/** The lease is renewed after this share of its time, so that two renewals may fail. */
const RENEWED_AFTER = 1 / 3;
/** The share of its time after which a failed renewal is repeated. */
const REPEATED_AFTER = 1 / 10;

/** The facts of a lease. */
export interface LeaseTerms {
  readonly key: string;
  readonly owner: string;
  /** Milliseconds. */
  readonly expiresIn: number;
  /** Milliseconds that one renewal may take. */
  readonly timeout: number;
}

/** A lease that renews itself. It ends by the clock of this process, even if no timer fires and the store is silent. */
export class HeldLease implements StoreLease {
  readonly key: string;
  readonly owner: string;
  readonly #backend: StoreBackend;
  readonly #lease: BackendLease;
  readonly #terms: LeaseTerms;
  readonly #end = new AbortController();
  #validUntil: number;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<boolean> | undefined;

  /** `sentAt`: the monotonic moment at which the claim was sent. */
  constructor(backend: StoreBackend, lease: BackendLease, terms: LeaseTerms, sentAt: number) {
    this.#backend = backend;
    this.#lease = lease;
    this.#terms = terms;
    this.key = terms.key;
    this.owner = terms.owner;
    this.#validUntil = sentAt + terms.expiresIn;
    guardedSignal(this.#end.signal, () => undefined);
    this.#schedule(terms.expiresIn * RENEWED_AFTER);
  }

  get isHeld(): boolean {
    return !this.#end.signal.aborted && elapsed() < this.#validUntil;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  renew(): Promise<boolean> {
    if (!this.isHeld) {
      this.#lose(new HealthCheckError('it was not renewed in time', { code: 'ETIMEDOUT' }));
      return Promise.resolve(false);
    }
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async release(): Promise<void> {
    if (this.#end.signal.aborted) return;
    const renewal = this.#renewal;
    this.#stop(new HealthCheckError('the lease was released'));
    try {
      await limited(this.#terms.timeout, undefined, async (signal) => {
        // A renewal that the store executes after the release would keep the lease.
        await renewal;
        if (!signal.aborted) await this.#lease.release(signal);
      });
    } catch {
      // It ends by itself in the store.
    }
  }

  async #renew(): Promise<boolean> {
    const sentAt = elapsed();
    const { expiresIn, timeout } = this.#terms;
    const left = Math.max(1, Math.min(timeout, this.#validUntil - sentAt));
    try {
      // Without the signal of the lease: an aborted request may still be executed by the store.
      const isRenewed = await limited(left, undefined, (signal) => this.#lease.renew(signal));
      if (this.#end.signal.aborted) return false;
      if (!isRenewed) {
        this.#lose(new HealthCheckError('the store does not have it any more'));
        return false;
      }
      this.#validUntil = sentAt + expiresIn;
      this.#schedule(expiresIn * RENEWED_AFTER);
    } catch (error) {
      if (this.#end.signal.aborted) return false;
      if (this.isHeld) this.#schedule(Math.min(expiresIn * REPEATED_AFTER, this.#validUntil - elapsed()));
      else this.#lose(this.#backend.explain?.(error) ?? error);
    }
    return this.isHeld;
  }

  #schedule(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.renew(), Math.max(1, Math.floor(pause)));
    this.#timer.unref();
  }

  #lose(error: unknown): void {
    if (!this.#end.signal.aborted) this.#stop(storeError(this.#backend.name, `holding the lease "${this.key}"`, error));
  }

  #stop(reason: HealthCheckError): void {
    clearTimeout(this.#timer);
    this.#end.abort(reason);
  }
}
