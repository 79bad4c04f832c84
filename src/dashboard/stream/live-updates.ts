import { randomBytes } from 'node:crypto';
import { elapsed } from '../../core/moment.js';
import type { EndpointOutlet } from '../../extension/health-endpoints.js';
import type { HealthView } from '../../options/view.js';
import type { PageUpdate } from '../page-update.js';
import { EventHub, eventOf } from './event-hub.js';

/** The content of the page in one view. */
export interface PageState {
  readonly title: string;
  readonly icon: string;
  readonly order: readonly string[];
  readonly parts: Readonly<Record<string, string>>;
}

export interface LiveSettings {
  readonly heartbeat: number;
  readonly maxClients: number;
  readonly build: string;
  /** Renders the page in a view. */
  draw(view: HealthView): PageState;
  /** Returns the announcements since the last call, for each view. It is called once for all views. */
  announcements(): (view: HealthView) => readonly string[];
  /** Called with an error outside of a request. */
  onFault(fault: unknown): void;
}

/** Milliseconds after a change during which further changes join its event. */
const GATHERING = 20;
/** Minimum time between two updates, in milliseconds. */
const SPACING = 500;

/** The latest page that the clients of a view received, and the event with all of it for a new client. */
interface SentPage {
  readonly state: PageState;
  readonly id: string;
  snapshot: { readonly event: Buffer; readonly madeAt: number } | undefined;
}

/**
 * Sends changes to the open pages. A change is rendered and serialised once for each view with an open page, whatever
 * their number, and at most twice a second.
 */
export class LiveUpdates {
  readonly #settings: LiveSettings;
  readonly #hub: EventHub<HealthView>;
  readonly #sent = new Map<HealthView, SentPage>();
  /** Distinguishes the event ids of this process from those of another one. */
  readonly #boot = randomBytes(4).toString('hex');
  #sequence = 0;
  #serialisations = 0;
  #lastSent = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #beats: NodeJS.Timeout | undefined;

  constructor(settings: LiveSettings) {
    this.#settings = settings;
    this.#hub = new EventHub(settings.maxClients);
  }

  get hub(): Pick<EventHub<HealthView>, 'size' | 'dropped' | 'isFull' | 'isClosed'> {
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
  join(outlet: EndpointOutlet, view: HealthView, lastId: string | undefined): boolean {
    const events = this.#firstEvents(view, lastId);
    if (!events) {
      outlet.end();
      return false;
    }
    this.#hub.add(outlet, view);
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
    for (const view of this.#hub.channels) this.#sendUpdate(view, announcements(view));
  }

  /** Sends the last changes and ends all streams. */
  close(): void {
    if (this.#hub.isClosed) return;
    this.#guarded(() => this.flush());
    clearInterval(this.#beats);
    this.#hub.close(eventOf('bye', String(Date.now())));
  }

  /** The first events for a new client. Undefined: it cannot be added. */
  #firstEvents(view: HealthView, lastId: string | undefined): readonly Buffer[] | undefined {
    // Several requests may be accepted before the first of them joins.
    if (this.#hub.isClosed || this.#hub.isFull) return undefined;
    return this.#guarded(() => {
      const page = this.#current(view);
      if (page.id === lastId) return [this.#beat()];
      const now = Date.now();
      page.snapshot ??= { event: this.#serialise(page, page.state.parts, []), madeAt: now };
      const { event, madeAt } = page.snapshot;
      // A snapshot contains the time of its serialisation, so the heartbeat corrects the clock.
      return madeAt === now ? [event] : [event, this.#beat()];
    });
  }

  #current(view: HealthView): SentPage {
    const page = this.#sent.get(view);
    if (page && this.#hub.channels.has(view)) return page;
    const drawn = this.#remember(view, this.#settings.draw(view));
    if (this.#hub.size === 0) this.#settings.announcements();
    return drawn;
  }

  #sendUpdate(view: HealthView, announce: readonly string[]): void {
    const before = this.#sent.get(view)?.state;
    const state = this.#settings.draw(view);
    const changed = Object.entries(state.parts).filter(([id, part]) => before?.parts[id] !== part);
    const isSame =
      changed.length === 0 &&
      state.title === before?.title &&
      Object.keys(before.parts).length === Object.keys(state.parts).length &&
      state.order.join() === before.order.join();
    if (isSame && announce.length === 0) return;
    const page = this.#remember(view, state);
    this.#hub.send(view, this.#serialise(page, Object.fromEntries(changed), announce));
  }

  #remember(view: HealthView, state: PageState): SentPage {
    this.#sequence += 1;
    const page = { state, id: `${this.#boot}-${this.#sequence}`, snapshot: undefined };
    this.#sent.set(view, page);
    return page;
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
