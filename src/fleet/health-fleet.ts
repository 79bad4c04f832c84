import type { LoggerService } from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { EndpointStream, HealthEndpoints } from '../extension/health-endpoints.js';
import type { FleetLink } from '../extension/fleet-link.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { storeKey } from '../stores/store-key.js';
import { Announcer } from './announcer.js';
import { checkKey, collectionOf } from './collection.js';
import type { FleetSettings } from './fleet-options.js';
import { FleetOverview } from './fleet-overview.js';
import type { FleetReport } from './fleet-report.js';
import { FleetRuns } from './fleet-runs.js';
import { FleetTopics } from './fleet-topics.js';
import { memoizePerTick } from './memoize-per-tick.js';
import { PeerOutages } from './peer-outages.js';
import { FleetUnreadyLimit } from './fleet-unready-limit.js';

/** The endpoint. */
export const FLEET = 'fleet';
const UNKNOWN = 'unknown';

/** This instance within the fleet, and the fleet by the entries that it has received. Injected by applications. */
export class HealthFleet {
  readonly #settings: FleetSettings;
  readonly #monitor: HealthMonitor;
  readonly #overview: FleetOverview;
  readonly #announcer: Announcer;
  readonly #runs: FleetRuns;
  readonly #ends: (() => void)[] = [];

  constructor(
    settings: FleetSettings,
    monitor: HealthMonitor,
    endpoints: HealthEndpoints,
    logger: Pick<LoggerService, 'log' | 'warn' | 'error'>,
  ) {
    this.#settings = settings;
    this.#monitor = monitor;
    const { service_info: identity } = monitor.peek('live');
    const { name: service = UNKNOWN, environment = UNKNOWN } = identity;
    const { store, instance, heartbeat, expected, secret } = settings;
    this.#overview = new FleetOverview({
      store,
      environment,
      expected,
      secret,
      own: () => this.#announcer.own(),
      onFailure: (message) => logger.warn(`Entries of the fleet: ${message}`),
      onFault: (fault) => logger.error(`The page of the fleet cannot be updated:\n${formatRaw(fault)}`),
    });
    const { roster } = this.#overview;
    const collection = collectionOf('fleet', environment);
    const key = storeKey(collection, service, instance);
    checkKey(key);
    const outages = new PeerOutages(roster, service, instance);
    monitor.compareWithPeers(outages);
    this.#ends.push(
      outages.follow(monitor),
      // Pages show the wait for balancers. Later an open stream would count as a request in flight that never ends.
      monitor.onState(({ drainStep }) => {
        if (drainStep !== undefined && drainStep !== 'balancers') this.#overview.closePages();
      }),
    );
    this.#announcer = new Announcer(
      {
        store,
        key,
        service,
        instance,
        heartbeat,
        secret,
        identity,
        onChange: () => this.#overview.changed(),
        onWrite: (error) => this.#overview.recordWrite(error),
        onOutcome: (failure) => {
          if (failure === undefined) logger.log(`This instance is announced to the fleet again (${store.name})`);
          else logger.warn(`Cannot announce this instance to the fleet: ${failure}`);
        },
      },
      monitor,
      endpoints,
    );
    const { maxUnready } = settings;
    if (maxUnready !== undefined) {
      const places = collectionOf('fleet-places', environment);
      const limit = new FleetUnreadyLimit({ store, collection: places, service, instance, roster, maxUnready });
      monitor.limitUnready(limit);
      this.#ends.push(limit.follow(monitor));
    }
    const warn = (line: string): void => logger.warn(line);
    const release = [identity.version ?? '', identity.commit ?? ''].map((part) => part.slice(0, 200)).join(' ');
    const { boot } = this.#announcer;
    const isStoreFailing = (): boolean => this.#announcer.isFailing;
    this.#runs = new FleetRuns(
      { store, environment, service, release, instance, boot, secret, isStoreFailing, warn },
      monitor,
    );
    monitor.shareRuns(this.#runs);
    const count: FleetLink['counts'] = () => (settings.metrics ? this.#overview.counts() : undefined);
    const counts = memoizePerTick(count);
    const facts = { environment, service, instance };
    monitor.linkFleet(new FleetTopics({ store, ...facts, secret, collection, roster, counts, warn }));
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
    return this.#overview.report();
  }

  /** Announces this instance while the application starts. Nothing waits for the store. */
  announce(): void {
    this.#announcer.announce();
    if (!this.#announcer.mustWait) this.#followOutcomes();
  }

  start(): void {
    this.#announcer.start();
    this.#followOutcomes();
    const { serve, maxUnready, metrics } = this.#settings;
    const hasQuorum = this.#monitor.indicators.some(({ shared }) => typeof shared === 'object');
    if (serve || metrics || maxUnready !== undefined || hasQuorum) this.#overview.roster.follow();
    this.#overview.start();
  }

  /** Without an indicator that needs them, no outcomes are received. */
  #followOutcomes(): void {
    if (this.#monitor.indicators.some(({ scope }) => scope === 'fleet')) this.#runs.follow();
  }

  /** Resolves when the store contains the phase `left`, or after half a second. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    this.#runs.stop();
    this.#overview.stop();
    await this.#announcer.stop();
  }

  /** 503 while fewer instances are ready than expected. `format`: `html` for the page, `events` for its stream, or `json`. */
  respond(request: HealthRequest, format: string): EndpointResponse | EndpointStream {
    return this.#overview.respond(request, format);
  }
}
