import { randomUUID } from 'node:crypto';
import { elapsed } from '../../core/moment.js';
import { unwrap, wrap } from '../envelope.js';
import type { BackendLease } from '../store-backend.js';
import type { StorePlace } from '../store-key.js';
import { MESSAGE_NOT_FOUND, type NatsLink, STREAM_NOT_FOUND, WRONG_LAST_SEQUENCE, hasCode } from './nats-link.js';
import { leaseSubject } from './subjects.js';

interface Stored {
  /** The sequence; 0: there is no lease. */
  readonly sequence: number;
  readonly text: string;
}

interface Seen {
  readonly sequence: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

const NONE: Stored = { sequence: 0, text: '' };
/** Milliseconds that are added to the time of a lease of another owner before it is taken. */
const MARGIN = 500;
/** The most leases of other owners that are remembered. */
const MOST_SEEN = 1000;

/**
 * Leases without a time limit of the server: each renewal changes the sequence. An owner takes a lease over when it has seen the same
 * sequence for the whole time of the lease, by its own clock. Writes are conditional, so only one owner succeeds.
 */
export class NatsLeases {
  readonly #link: NatsLink;
  readonly #seen = new Map<string, Seen>();

  constructor(link: NatsLink) {
    this.#link = link;
  }

  async claim(
    place: StorePlace,
    owner: string,
    expiresIn: number,
    signal: AbortSignal,
  ): Promise<BackendLease | undefined> {
    const subject = leaseSubject(this.#link.bucket, place);
    const stored = await this.#read(subject, signal);
    if (!this.#isOver(subject, stored)) return undefined;
    const text = wrap(`${randomUUID()} ${owner}`, expiresIn);
    const sequence = await this.#replace(subject, text, stored.sequence, signal);
    if (sequence === undefined) return undefined;
    this.#seen.delete(subject);
    return this.#leaseOf(subject, text, sequence);
  }

  #leaseOf(subject: string, text: string, first: number): BackendLease {
    let sequence = first;
    /** A renewal that was rejected may have been stored, so the sequence is read again. */
    const isOurs = async (signal: AbortSignal): Promise<boolean> => {
      const stored = await this.#read(subject, signal);
      sequence = stored.sequence;
      return stored.text === text;
    };
    return {
      renew: async (signal) => {
        let next = await this.#replace(subject, text, sequence, signal);
        if (next === undefined && (await isOurs(signal))) next = await this.#replace(subject, text, sequence, signal);
        sequence = next ?? sequence;
        return next !== undefined;
      },
      release: async (signal) => {
        if (!(await isOurs(signal))) return;
        // Nothing watches leases, so no marker is needed. A later lease has a higher sequence.
        const body = { filter: subject, seq: sequence + 1 };
        await this.#link.api(`STREAM.PURGE.${this.#link.stream}`, body, signal);
      },
    };
  }

  #isOver(subject: string, { sequence, text }: Stored): boolean {
    const { expiresIn = 0 } = unwrap(text);
    if (text === '') return true;
    const seen = this.#seen.get(subject);
    if (seen?.sequence === sequence) return elapsed() - seen.since >= expiresIn + MARGIN;
    if (!seen && this.#seen.size >= MOST_SEEN) this.#seen.clear();
    this.#seen.set(subject, { sequence, since: elapsed() });
    return false;
  }

  async #read(subject: string, signal: AbortSignal): Promise<Stored> {
    try {
      const { message } = await this.#link.api<{ readonly message: { readonly seq: number; readonly data?: string } }>(
        `STREAM.MSG.GET.${this.#link.stream}`,
        { last_by_subj: subject },
        signal,
      );
      return { sequence: message.seq, text: Buffer.from(message.data ?? '', 'base64').toString() };
    } catch (error) {
      if (hasCode(error, MESSAGE_NOT_FOUND, STREAM_NOT_FOUND)) return NONE;
      throw error;
    }
  }

  /** Resolves to the new sequence, or to undefined if the stored sequence is another one. */
  async #replace(subject: string, text: string, sequence: number, signal: AbortSignal): Promise<number | undefined> {
    try {
      const condition = { 'Nats-Expected-Last-Subject-Sequence': `${sequence}` };
      return await this.#link.store(subject, text, condition, signal);
    } catch (error) {
      if (hasCode(error, WRONG_LAST_SEQUENCE)) return undefined;
      throw error;
    }
  }
}
