import { randomUUID } from 'node:crypto';
import { connectionLost } from '../../clients/error-codes.js';
import { linkedAbort, raceAbort } from '../../core/async.js';
import { elapsed } from '../../core/moment.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { unwrap } from '../envelope.js';
import type { Lifetimes } from '../lifetimes.js';
import { checkPeriodically } from '../periodic-check.js';
import type { CollectionSink, SnapshotEntry } from '../store-backend.js';
import { limited } from '../store-calls.js';
import type { NatsMessage } from './nats-store-client.js';
import { type NatsLink, STREAM_NOT_FOUND, hasCode } from './nats-link.js';
import { collectionSubject, nameOf } from './subjects.js';

/** Milliseconds between two heartbeats of the consumer. */
const HEARTBEAT = 5000;
/** Milliseconds without a message after which the consumer is lost. */
const SILENCE = 3 * HEARTBEAT;
/** The status code of heartbeats and of the flow control. */
const CONTROL = 100;

/** Follows the subjects of one collection with an ordered consumer of its own, which the server deletes when it ends. */
export async function followBucket(
  link: NatsLink,
  collection: string,
  lifetimes: Lifetimes,
  sink: CollectionSink,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const ended = linkedAbort(signal);
  const end = ended.abort;
  const removeListeners = [ended.release, link.onLoss(() => end(connectionLost()))];
  const consumer = new CollectionConsumer(link, collection, lifetimes, sink, timeout, end);
  try {
    await limited(timeout, ended.signal, (limit) => raceAbort(consumer.start(limit), limit));
    await consumer.snapshotTaken(ended.signal);
    await checkPeriodically(timeout, ended.signal, async (limit) => {
      consumer.checkHeartbeat();
      await raceAbort(link.client.rtt(), limit);
    });
  } finally {
    for (const remove of removeListeners) remove();
    end(new HealthCheckError('the watch has ended'));
    consumer.stop();
  }
}

class CollectionConsumer {
  readonly #link: NatsLink;
  readonly #start: string;
  readonly #sink: CollectionSink;
  readonly #timeout: number;
  readonly #end: (error: unknown) => void;
  readonly #lifetimes: Lifetimes;
  /** The entries of the snapshot while it is being received. */
  #snapshot: Map<string, SnapshotEntry> | undefined = new Map();
  /** The names in the bucket, also of markers and of entries that have expired, while the snapshot is being received. */
  #names: Set<string> | undefined = new Set();
  #isComplete = false;
  #delivered = 0;
  #lastHeard = elapsed();
  #complete = (): void => undefined;
  #stop: (() => void)[] = [];

  constructor(
    link: NatsLink,
    collection: string,
    lifetimes: Lifetimes,
    sink: CollectionSink,
    timeout: number,
    end: (error: unknown) => void,
  ) {
    this.#link = link;
    this.#lifetimes = lifetimes;
    this.#start = collectionSubject(link.bucket, collection);
    this.#sink = sink;
    this.#timeout = timeout;
    this.#end = end;
  }

  /** Creates the consumer, and the bucket if it does not exist. */
  async start(signal: AbortSignal): Promise<void> {
    const { client, stream } = this.#link;
    // The user may have a prefix for inboxes in the permissions.
    const options = Reflect.get(client, 'options') as { readonly inboxPrefix?: string } | undefined;
    const inbox = `${options?.inboxPrefix ?? '_INBOX'}.${randomUUID()}`;
    const receive = (error: Error | null, message: NatsMessage): void => {
      if (error) this.#end(error);
      else this.#receive(message);
    };
    const subscription = client.subscribe(inbox, { callback: receive });
    this.#stop.push(() => subscription.unsubscribe());
    const config = {
      deliver_subject: inbox,
      deliver_policy: 'last_per_subject',
      filter_subject: `${this.#start}>`,
      ack_policy: 'none',
      replay_policy: 'instant',
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: HEARTBEAT * 1_000_000,
      mem_storage: true,
      num_replicas: 1,
    };
    const create = (): Promise<{ readonly name: string; readonly num_pending: number }> =>
      this.#link.api(`CONSUMER.CREATE.${stream}`, { stream_name: stream, config }, signal);
    const { name, num_pending: pending } = await create().catch(async (error: unknown) => {
      if (!hasCode(error, STREAM_NOT_FOUND)) throw error;
      await this.#link.createBucket(signal);
      return create();
    });
    this.#stop.push(this.#lifetimes.startDiscarding(), () => {
      limited(this.#timeout, undefined, (limit) =>
        this.#link.api(`CONSUMER.DELETE.${stream}.${name}`, undefined, limit),
      ).catch(() => undefined);
    });
    if (pending === 0) this.#finishSnapshot();
  }

  /** Rejects when the messages stop before the snapshot is complete. */
  async snapshotTaken(signal: AbortSignal): Promise<void> {
    while (!this.#isComplete) {
      const before = this.#delivered;
      const complete = new Promise<void>((resolve) => {
        this.#complete = resolve;
      });
      try {
        await limited(this.#timeout, signal, (limit) => raceAbort(complete, limit));
      } catch (error) {
        if (signal.aborted || this.#delivered === before) throw error;
      }
    }
  }

  /** Throws if the consumer is silent. */
  checkHeartbeat(): void {
    if (elapsed() - this.#lastHeard > SILENCE) throw new HealthCheckError('the consumer is silent');
  }

  stop(): void {
    for (const stop of this.#stop) {
      try {
        stop();
      } catch {
        // The connection is closed.
      }
    }
    this.#stop = [];
  }

  #receive({ subject, data, reply, headers }: NatsMessage): void {
    this.#lastHeard = elapsed();
    if (headers?.code === CONTROL) {
      this.#control(reply, headers);
      return;
    }
    const place = placeOf(reply);
    if (!place || place.delivered !== this.#delivered + 1) {
      this.#end(new HealthCheckError('changes were missed'));
      return;
    }
    this.#delivered = place.delivered;
    const name = nameOf(subject, this.#start);
    const operation = headers?.get('KV-Operation') ?? '';
    if (operation === '') this.#put(name, new TextDecoder().decode(data), place.sequence);
    else this.#remove(name, place.sequence);
    if (this.#snapshot && place.pending === 0) this.#finishSnapshot();
  }

  #put(name: string, text: string, sequence: number): void {
    const { value, expiresIn: time } = unwrap(text);
    const expiresIn = this.#lifetimes.set(name, sequence, time);
    this.#names?.add(name);
    if (!this.#snapshot) this.#sink.put(name, value, expiresIn);
    else if (expiresIn === undefined || expiresIn > 0) this.#snapshot.set(name, { value, expiresIn });
  }

  #remove(name: string, sequence: number): void {
    // The marker is discarded as an expired entry is.
    this.#lifetimes.set(name, sequence, 0);
    this.#names?.add(name);
    if (this.#snapshot) this.#snapshot.delete(name);
    else this.#sink.remove(name);
  }

  #finishSnapshot(): void {
    if (!this.#snapshot) return;
    const entries = this.#snapshot;
    this.#snapshot = undefined;
    this.#isComplete = true;
    if (this.#names) this.#lifetimes.retain(this.#names);
    this.#names = undefined;
    this.#sink.snapshot(entries);
    this.#complete();
  }

  /** A heartbeat, or a request of the flow control, which stops the messages until the client responds. */
  #control(reply: string | undefined, headers: NonNullable<NatsMessage['headers']>): void {
    const stalled = reply || headers.get('Nats-Consumer-Stalled');
    if (stalled) this.#link.client.publish(stalled);
    const last = headers.get('Nats-Last-Consumer');
    if (last !== '' && Number(last) !== this.#delivered) this.#end(new HealthCheckError('changes were missed'));
  }
}

interface MessagePlace {
  /** The sequence in the stream. */
  readonly sequence: number;
  /** The sequence of the consumer. */
  readonly delivered: number;
  readonly pending: number;
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer sequence>.<time>.<pending>`; longer forms have a domain. */
function placeOf(reply: string | undefined): MessagePlace | undefined {
  const tokens = reply?.split('.') ?? [];
  const first = tokens.length > 9 ? 5 : 3;
  const [sequence, delivered, , pending] = tokens.slice(first + 2).map(Number);
  return sequence === undefined || delivered === undefined || pending === undefined
    ? undefined
    : { sequence, delivered, pending };
}
