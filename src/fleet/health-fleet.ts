import type { LoggerService } from '@nestjs/common';
import { elapsed } from '../core/moment.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { storeKey } from '../stores/store-key.js';
import { Announcer } from './announcer.js';
import { FleetHistory } from './fleet-history.js';
import type { FleetSettings } from './fleet-options.js';
import { type FleetReport, describeFleet } from './fleet-report.js';
import { FLEET_PAGE_HEADERS, renderFleetPage } from './page/fleet-page.js';
import { pageQueryOf } from './page/page-query.js';
import { FleetRuns } from './fleet-runs.js';
import { PeerOutages } from './peer-outages.js';
import { Roster } from './roster.js';
import { FleetUnreadyLimit } from './unready-limit.js';

/** The endpoint. */
export const FLEET = 'fleet';
/** The formats of the endpoint. */
export const FLEET_FORMATS = { json: 'application/json', html: 'text/html' } as const;
const VARY = { vary: 'accept' };
const UNKNOWN = 'unknown';
/** Milliseconds between two looks at the clock. A look that comes much later shows that this process was frozen. */
const TICK = 1000;

/** This instance within the fleet, and the fleet as this instance knows it. Injected by applications. */
export class HealthFleet {
  readonly #settings: FleetSettings;
  readonly #monitor: HealthMonitor;
  readonly #roster: Roster;
  readonly #announcer: Announcer;
  readonly #history = new FleetHistory();
  readonly #runs: FleetRuns;
  readonly #environment: string;
  readonly #ends: (() => void)[] = [];
  #ticks: NodeJS.Timeout | undefined;

  constructor(
    settings: FleetSettings,
    monitor: HealthMonitor,
    endpoints: HealthEndpoints,
    logger: Pick<LoggerService, 'log' | 'warn'>,
  ) {
    this.#settings = settings;
    this.#monitor = monitor;
    const { service_info: identity } = monitor.peek('live');
    const { name: service = UNKNOWN, environment = UNKNOWN } = identity;
    this.#environment = environment;
    const collection = collectionOf(environment);
    const { store, instance, heartbeat, secret } = settings;
    this.#roster = new Roster({ store, collection, secret });
    const outages = new PeerOutages(this.#roster, service, instance);
    monitor.compareWithPeers(outages);
    this.#ends.push(outages.follow(monitor));
    this.#announcer = new Announcer(
      {
        store,
        key: storeKey(collection, service, instance),
        service,
        instance,
        heartbeat,
        secret,
        identity,
        onOutcome: (error) => {
          if (error === undefined) logger.log(`This instance is announced to the fleet again (${store.name})`);
          else
            logger.warn(
              `Cannot announce this instance to the fleet: ${error instanceof Error ? error.message : 'unknown'}`,
            );
        },
      },
      monitor,
      endpoints,
    );
    const { maxUnready } = settings;
    if (maxUnready !== undefined) {
      monitor.limitUnready(new FleetUnreadyLimit(this.#roster, { service, instance, maxUnready }));
    }
    const warn = (line: string): void => logger.warn(line);
    const release = [identity.version ?? '', identity.commit ?? ''].map((part) => part.slice(0, 200)).join(' ');
    const { boot } = this.#announcer;
    this.#runs = new FleetRuns({ store, environment, service, release, instance, boot, secret, warn }, monitor);
    monitor.shareRuns(this.#runs);
  }

  /** Whether this instance has the endpoint. */
  get serves(): boolean {
    return this.#settings.serve;
  }

  /**
   * The fleet at this moment, as `/health/fleet` describes it. With `serve: false`, the first call begins to follow the
   * others: they are known a moment later.
   */
  report(): FleetReport {
    this.#roster.follow();
    const { store, expected } = this.#settings;
    return describeFleet({
      roster: this.#roster,
      environment: this.#environment,
      storeName: store.name,
      expected,
      events: this.#history.events,
    });
  }

  start(): void {
    this.#announcer.start();
    const { serve, maxUnready } = this.#settings;
    const hasQuorum = this.#monitor.indicators.some(({ shared }) => typeof shared === 'object');
    if (serve || maxUnready !== undefined || hasQuorum) this.#roster.follow();
    let last = performance.now();
    this.#ticks = setInterval(() => {
      const now = performance.now();
      const late = now - last - TICK;
      last = now;
      if (late > TICK) this.#roster.excuse(late);
      this.#history.compare(this.#roster.instances(elapsed()), this.#roster.connection);
    }, TICK).unref();
  }

  stop(): void {
    clearInterval(this.#ticks);
    for (const end of this.#ends.splice(0)) end();
    this.#runs.stop();
    this.#announcer.stop();
    this.#roster.close();
  }

  /** 503 while fewer instances are ready than expected. `url`: of the request. `format`: `html` for the page. */
  respond(url: string, format: string): EndpointResponse {
    const report = this.report();
    const statusCode = report.status === 'UP' ? 200 : 503;
    if (format === 'html') {
      const body = renderFleetPage(report, pageQueryOf(url));
      return { statusCode, contentType: 'text/html; charset=utf-8', headers: FLEET_PAGE_HEADERS, body };
    }
    return { statusCode, contentType: 'application/json; charset=utf-8', headers: VARY, body: JSON.stringify(report) };
  }
}

/** Instances of different environments do not see each other. */
export function collectionOf(environment: string): string {
  return storeKey(`fleet.${environment.slice(0, 50)}`);
}
