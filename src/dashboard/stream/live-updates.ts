import { randomBytes } from 'node:crypto';
import { elapsed } from '../../core/moment.js';
import type { EndpointOutlet } from '../../extension/health-endpoints.js';
import type { HealthView } from '../../options/view.js';
import type { PageUpdate } from '../page-update.js';
import { EventHub, eventOf } from './event-hub.js';

/** The page as it is now, in one view. */
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
  /** Draws the page in a view. */
  draw(view: HealthView): PageState;
  /** What has to be read out since it was asked last, in a view. It is asked once for all views. */
  announcements(): (view: HealthView) => readonly string[];
  /** Told of what goes wrong while nobody waits for an answer. */
  onFault(fault: unknown): void;
}

/** What comes within so many milliseconds of a change goes out with it. */
const GATHERING = 20;
/** Milliseconds between two events at least, however many checks run. */
const SPACING = 500;

/** The page as the clients of a view have been told, and the event that tells it to one more. */
interface Told {
  readonly state: PageState;
  readonly id: string;
  snapshot: { readonly event: Buffer; readonly madeAt: number } | undefined;
}

/**
 * Tells open pages what has changed. However many there are, a change is drawn and serialised once for each view that
 * somebody looks at, and never more often than twice a second.
 */
export class LiveUpdates {
  readonly #settings: LiveSettings;
  readonly #hub: EventHub<HealthView>;
  readonly #told = new Map<HealthView, Told>();
  /** Tells the ids of this process from those of another one. */
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

  /** How often an update was turned into bytes. */
  get serialisations(): number {
    return this.#serialisations;
  }

  /**
   * Takes in a client, or sends it away if there is no room or the page cannot be drawn. `lastId`: of the last event that
   * it has seen, if it comes back. Returns whether it was taken in.
   */
  join(outlet: EndpointOutlet, view: HealthView, lastId: string | undefined): boolean {
    const welcome = this.#welcome(view, lastId);
    if (!welcome) {
      outlet.end();
      return false;
    }
    this.#hub.add(outlet, view);
    for (const event of welcome) outlet.write(event);
    this.#beats ??= this.#startBeating();
    return true;
  }

  /** Something may look different now. */
  changed(): void {
    if (this.#timer || this.#hub.size === 0 || this.#hub.isClosed) return;
    const delay = Math.max(GATHERING, this.#lastSent + SPACING - elapsed());
    this.#timer = setTimeout(() => this.#guarded(() => this.flush()), delay);
    this.#timer.unref();
  }

  /** Tells now what has changed. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastSent = elapsed();
    const announcements = this.#settings.announcements();
    for (const view of this.#hub.channels) this.#tell(view, announcements(view));
  }

  /** Tells all that it is over. */
  close(): void {
    if (this.#hub.isClosed) return;
    this.#guarded(() => this.flush());
    clearInterval(this.#beats);
    this.#hub.close(eventOf('bye', String(Date.now())));
  }

  /** What a client is told first. Undefined: it cannot be taken in. */
  #welcome(view: HealthView, lastId: string | undefined): readonly Buffer[] | undefined {
    // Many may have been let in before the first of them is here.
    if (this.#hub.isClosed || this.#hub.isFull) return undefined;
    return this.#guarded(() => {
      const told = this.#current(view);
      if (told.id === lastId) return [this.#beat()];
      const now = Date.now();
      told.snapshot ??= { event: this.#serialise(told, told.state.parts, []), madeAt: now };
      const { event, madeAt } = told.snapshot;
      // It says what time it was when it was made, perhaps for somebody else.
      return madeAt === now ? [event] : [event, this.#beat()];
    });
  }

  #current(view: HealthView): Told {
    const told = this.#told.get(view);
    if (told && this.#hub.channels.has(view)) return told;
    const drawn = this.#remember(view, this.#settings.draw(view));
    if (this.#hub.size === 0) this.#settings.announcements();
    return drawn;
  }

  #tell(view: HealthView, announce: readonly string[]): void {
    const before = this.#told.get(view)?.state;
    const state = this.#settings.draw(view);
    const changed = Object.entries(state.parts).filter(([id, part]) => before?.parts[id] !== part);
    const isSame =
      changed.length === 0 &&
      state.title === before?.title &&
      Object.keys(before.parts).length === Object.keys(state.parts).length &&
      state.order.join() === before.order.join();
    if (isSame && announce.length === 0) return;
    const told = this.#remember(view, state);
    this.#hub.send(view, this.#serialise(told, Object.fromEntries(changed), announce));
  }

  #remember(view: HealthView, state: PageState): Told {
    this.#sequence += 1;
    const told = { state, id: `${this.#boot}-${this.#sequence}`, snapshot: undefined };
    this.#told.set(view, told);
    return told;
  }

  #serialise({ state, id }: Told, parts: PageUpdate['parts'], announce: readonly string[]): Buffer {
    this.#serialisations += 1;
    const { build, heartbeat } = this.#settings;
    const { title, icon, order } = state;
    const update: PageUpdate = { now: Date.now(), build, heartbeat, title, icon, order, parts, announce };
    return eventOf('update', JSON.stringify(update), id);
  }

  /** An event and no comment, because the page has to know that it was sent, and takes the time from it. */
  #beat(): Buffer {
    return eventOf('beat', String(Date.now()));
  }

  #startBeating(): NodeJS.Timeout {
    const timer = setInterval(() => {
      this.#hub.beat(this.#beat());
      // What grows too old to be trusted changes without an event.
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
