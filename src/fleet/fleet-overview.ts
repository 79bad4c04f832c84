import { elapsed } from '../core/moment.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { EndpointStream } from '../extension/health-endpoints.js';
import type { FleetLink } from '../extension/fleet-link.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { LiveUpdates, type PageState } from '../page/live/live-updates.js';
import { refusedStream, streamResponse } from '../page/live/stream-response.js';
import { iconUrl } from '../page/status-appearance.js';
import type { HealthStore } from '../stores/health-store.js';
import { collectionOf } from './collection.js';
import { countFleet } from './fleet-counts.js';
import { type FleetEvent, FleetHistory } from './fleet-history.js';
import { type FleetReport, describeFleet } from './fleet-report.js';
import { sentenceOf } from './page/events-part.js';
import { FLEET_BUILD, FLEET_PAGE_HEADERS, fleetPartsOf, renderFleetPage } from './page/fleet-page.js';
import { pageQueryOf } from './page/page-query.js';
import type { OwnInstance } from './fleet-instance.js';
import { Roster } from './roster.js';
import { WallTimes } from './wall-times.js';

/** The formats of a response. `events`: the event stream that updates the page. */
export const FLEET_FORMATS = { json: 'application/json', html: 'text/html', events: 'text/event-stream' } as const;
const VARY = { vary: 'accept' };
/** Milliseconds between two ticks. A tick that is much later shows that this process was frozen. */
const TICK = 1000;
/** Milliseconds between two heartbeats of a stream. */
const STREAM_HEARTBEAT = 15_000;
const MOST_PAGES = 1000;
/** Maximum number of different searches of open pages. Each search is rendered separately. */
const MOST_SEARCHES = 20;
/** Maximum number of changes in one announcement to screen readers. */
const MOST_ANNOUNCED = 3;

export interface OverviewSettings {
  readonly store: Pick<HealthStore, 'name' | 'watch'>;
  readonly environment: string;
  readonly expected: ReadonlyMap<string, number>;
  readonly secret: string | undefined;
  /** The instance of this process. Default: this process is no instance. */
  readonly own?: () => OwnInstance;
  /** Receives the message of a failure of the store that does not end the connection. */
  readonly onFailure: (message: string) => void;
  /** Receives errors outside of a request. */
  readonly onFault: (fault: unknown) => void;
}

/** A request to an application, or to a server without an application. */
export type OverviewRequest = Pick<HealthRequest, 'url' | 'headers'>;

/** The fleet from the view of this process: the report, and the page with its live updates. It does not need an application. */
export class FleetOverview {
  readonly roster: Roster;
  readonly #settings: OverviewSettings;
  readonly #history = new FleetHistory();
  readonly #times = new WallTimes();
  /** Live updates by search. Pages with the same search have the same content. */
  readonly #live: LiveUpdates<string>;
  #pendingAnnouncements: FleetEvent[] = [];
  #writeError: string | undefined;
  #ticks: NodeJS.Timeout | undefined;

  constructor(settings: OverviewSettings) {
    this.#settings = settings;
    const { store, environment, secret, own, onFailure, onFault } = settings;
    this.roster = new Roster({
      store,
      collection: collectionOf('fleet', environment),
      secret,
      ...(own && { own }),
      onChange: () => this.#live.changed(),
      onFailure,
    });
    this.#live = new LiveUpdates({
      heartbeat: STREAM_HEARTBEAT,
      maxClients: MOST_PAGES,
      build: FLEET_BUILD,
      draw: (search) => this.#draw(search),
      announcements: () => this.#takeAnnouncements(),
      onFault,
    });
  }

  /** Records the reason why the instance of this process cannot write its state. Undefined: its state is written. */
  recordWrite(error: string | undefined): void {
    if (error === this.#writeError) return;
    this.#writeError = error;
    this.#live.changed();
  }

  /** The instance of this process has changed. */
  changed(): void {
    this.#live.changed();
  }

  /** Starts to compare the state of the fleet with its last state, once for each tick. */
  start(): void {
    let last = performance.now();
    this.#ticks = setInterval(() => {
      const now = performance.now();
      const late = now - last - TICK;
      last = now;
      if (late > TICK) this.roster.excludePause(late);
      this.#compare();
    }, TICK).unref();
  }

  /** Ends all streams. */
  closePages(): void {
    this.#live.close();
  }

  stop(): void {
    clearInterval(this.#ticks);
    this.closePages();
    this.roster.close();
  }

  /** The current state of the fleet. The first call starts to watch the instances, if they are not watched yet. */
  report(): FleetReport {
    this.roster.follow();
    const { store, environment, expected } = this.#settings;
    const { events } = this.#history;
    return describeFleet({
      roster: this.roster,
      environment,
      storeName: store.name,
      writeError: this.#writeError,
      expected,
      events,
      times: this.#times,
    });
  }

  /** How many instances of each service are in which state, for metrics. */
  counts(): NonNullable<ReturnType<FleetLink['counts']>> {
    const { isConnected } = this.roster.connection;
    return { isConnected, services: countFleet(this.roster.instances(), this.#settings.expected) };
  }

  /**
   * 503 while fewer instances are ready than expected. `format`: `html` for the page, `events` for its stream, or `json`.
   */
  respond({ url, headers }: OverviewRequest, format: string): EndpointResponse | EndpointStream {
    const query = pageQueryOf(url);
    if (format === 'events') return this.#respondWithEvents(query.search ?? '', headers);
    const report = this.report();
    const statusCode = report.status === 'UP' ? 200 : 503;
    if (format === 'html') {
      const body = renderFleetPage(report, query);
      return { statusCode, contentType: 'text/html; charset=utf-8', headers: FLEET_PAGE_HEADERS, body };
    }
    return { statusCode, contentType: 'application/json; charset=utf-8', headers: VARY, body: JSON.stringify(report) };
  }

  #respondWithEvents(search: string, headers: OverviewRequest['headers']): EndpointResponse | EndpointStream {
    const { channels } = this.#live.hub;
    if (channels.size >= MOST_SEARCHES && !channels.has(search)) return refusedStream('too many searches are open');
    return streamResponse(this.#live, search, headers);
  }

  #compare(): void {
    const news = this.#history.compare(this.roster.instances(elapsed()), this.roster.connection);
    if (news.length === 0) return;
    if (this.#live.hub.size > 0) this.#pendingAnnouncements.push(...news);
    this.#live.changed();
  }

  #draw(search: string): PageState {
    const { title, status, order, parts } = fleetPartsOf(this.report(), search, undefined);
    return {
      title,
      icon: iconUrl(status),
      order,
      parts: Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, part.text])),
    };
  }

  #takeAnnouncements(): () => readonly string[] {
    const taken = this.#pendingAnnouncements;
    this.#pendingAnnouncements = [];
    const more = taken.length - MOST_ANNOUNCED;
    const sentences = taken.slice(0, MOST_ANNOUNCED).map(sentenceOf);
    const announced = more > 0 ? [...sentences, `${more} more changes`] : sentences;
    return () => announced;
  }
}
