import { randomBytes } from 'node:crypto';
import { elapsed } from '../../core/moment.js';
import type { EndpointOutlet } from '../../extension/health-endpoints.js';
import { EventHub, eventOf } from './event-hub.js';
import type { PageUpdate } from './page-update.js';
import { patchOf } from './patch.js';

/** The content of the page for one channel. */
export interface PageState {
  readonly title: string;
  readonly icon: string;
  readonly order: readonly string[];
  readonly parts: Readonly<Record<string, string>>;
}

export interface LiveSettings<Channel> {
  readonly heartbeat: number;
  readonly maxClients: number;
  readonly build: string;
  /** Renders the page for a channel. */
  draw(channel: Channel): PageState;
  /** Returns the announcements since the last call, by channel. It is called once for all channels. */
  announcements(): (channel: Channel) => readonly string[];
  /** Called with an error outside of a request. */
  onFault(fault: unknown): void;
}

/** Milliseconds after a change during which further changes join its event. */
const GATHERING = 20;
/** Minimum time between two updates, in milliseconds. */
const SPACING = 500;

/** The latest page that the clients of a channel received, and the event with all of it for a new client. */
interface SentPage {
  readonly state: PageState;
  readonly id: string;
  snapshot: { readonly event: Buffer; readonly madeAt: number } | undefined;
}

/**
 * Sends changes to the open pages. The pages of a channel have the same content: a change is rendered and serialised once
 * for each channel with an open page, regardless of their number, and at most twice a second.
 */
export class LiveUpdates<Channel> {
  readonly #settings: LiveSettings<Channel>;
  readonly #hub: EventHub<Channel>;
  readonly #sent = new Map<Channel, SentPage>();
  /** Distinguishes the event ids of this process from those of another one. */
  readonly #boot = randomBytes(4).toString('hex');
  #sequence = 0;
  #serialisations = 0;
  #lastSent = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #beats: NodeJS.Timeout | undefined;

  constructor(settings: LiveSettings<Channel>) {
    this.#settings = settings;
    this.#hub = new EventHub(settings.maxClients);
  }

  get hub(): Pick<EventHub<Channel>, 'size' | 'dropped' | 'isFull' | 'isClosed' | 'channels'> {
    return this.#hub;
  }

  /** Number of updates that were serialised. */
  get serialisations(): number {
    return this.#serialisations;
  }

  /**
   * Adds a client, or ends its stream if the maximum is reached or the page cannot be rendered. `lastId`: the id of the
   * last event that a returning client received. Returns whether the client was added.
   */
  join(outlet: EndpointOutlet, channel: Channel, lastId: string | undefined): boolean {
    const events = this.#firstEvents(channel, lastId);
    if (!events) {
      outlet.end();
      return false;
    }
    this.#hub.add(outlet, channel);
    for (const event of events) outlet.write(event);
    this.#beats ??= this.#startBeating();
    return true;
  }

  /** Schedules an update: the content may have changed. */
  changed(): void {
    if (this.#timer || this.#hub.size === 0 || this.#hub.isClosed) return;
    const delay = Math.max(GATHERING, this.#lastSent + SPACING - elapsed());
    this.#timer = setTimeout(() => this.#guarded(() => this.flush()), delay);
    this.#timer.unref();
  }

  /** Sends the changes now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastSent = elapsed();
    const announcements = this.#settings.announcements();
    for (const channel of this.#hub.channels) this.#sendUpdate(channel, announcements(channel));
  }

  /** Sends the last changes and ends all streams. */
  close(): void {
    if (this.#hub.isClosed) return;
    this.#guarded(() => this.flush());
    clearInterval(this.#beats);
    this.#hub.close(eventOf('bye', String(Date.now())));
  }

  /** The first events for a new client. Undefined: it cannot be added. */
  #firstEvents(channel: Channel, lastId: string | undefined): readonly Buffer[] | undefined {
    // Several requests may be accepted before the first of them joins.
    if (this.#hub.isClosed || this.#hub.isFull) return undefined;
    return this.#guarded(() => {
      const page = this.#current(channel);
      if (page.id === lastId) return [this.#beat()];
      const now = Date.now();
      page.snapshot ??= { event: this.#serialise(page, page.state.parts, []), madeAt: now };
      const { event, madeAt } = page.snapshot;
      // A snapshot contains the time of its serialisation, so the heartbeat corrects the clock.
      return madeAt === now ? [event] : [event, this.#beat()];
    });
  }

  #current(channel: Channel): SentPage {
    const page = this.#sent.get(channel);
    if (page && this.#hub.channels.has(channel)) return page;
    const drawn = this.#remember(channel, this.#settings.draw(channel));
    if (this.#hub.size === 0) this.#settings.announcements();
    return drawn;
  }

  #sendUpdate(channel: Channel, announce: readonly string[]): void {
    const before = this.#sent.get(channel)?.state;
    const state = this.#settings.draw(channel);
    const changed = Object.entries(state.parts).flatMap(([id, part]) =>
      before?.parts[id] === part ? [] : [[id, patchOf(before?.parts[id], part)] as const],
    );
    const isSame =
      changed.length === 0 &&
      state.title === before?.title &&
      Object.keys(before.parts).length === Object.keys(state.parts).length &&
      state.order.join() === before.order.join();
    if (isSame && announce.length === 0) return;
    const page = this.#remember(channel, state);
    this.#hub.send(channel, this.#serialise(page, Object.fromEntries(changed), announce));
  }

  #remember(channel: Channel, state: PageState): SentPage {
    this.#forgetUnused();
    this.#sequence += 1;
    const page = { state, id: `${this.#boot}-${this.#sequence}`, snapshot: undefined };
    this.#sent.set(channel, page);
    return page;
  }

  /** A page of the fleet has a channel for each search, so their number is unlimited. */
  #forgetUnused(): void {
    const { channels } = this.#hub;
    for (const channel of this.#sent.keys()) if (!channels.has(channel)) this.#sent.delete(channel);
  }

  #serialise({ state, id }: SentPage, parts: PageUpdate['parts'], announce: readonly string[]): Buffer {
    this.#serialisations += 1;
    const { build, heartbeat } = this.#settings;
    const { title, icon, order } = state;
    const update: PageUpdate = { now: Date.now(), build, heartbeat, title, icon, order, parts, announce };
    return eventOf('update', JSON.stringify(update), id);
  }

  /** An event and not a comment, because the page must receive it and reads the time of the server from it. */
  #beat(): Buffer {
    return eventOf('beat', String(Date.now()));
  }

  #startBeating(): NodeJS.Timeout {
    const timer = setInterval(() => {
      this.#hub.beat(this.#beat());
      // A result can become too old without an event.
      this.changed();
      if (this.#hub.size > 0) return;
      clearInterval(timer);
      this.#beats = undefined;
    }, this.#settings.heartbeat);
    return timer.unref();
  }

  #guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (fault) {
      this.#settings.onFault(fault);
      return undefined;
    }
  }
}
