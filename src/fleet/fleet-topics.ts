import { createHash, createHmac } from 'node:crypto';
import type { FleetLease, FleetLink, FleetPeer, FleetTopic, FleetTopicObserver } from '../extension/fleet-link.js';
import type { HealthStore } from '../stores/health-store.js';
import { storeKey } from '../stores/store-key.js';
import { isPresent } from './fleet-instance.js';
import { Roster } from './roster.js';
import { serviceCollectionOf } from './collection.js';
import { PEERS_VALID_FOR } from './shared-outage.js';
import { type SignedText, SignedValues, writeSigned } from './signed-text.js';

export interface FleetTopicsSettings {
  readonly store: HealthStore;
  readonly environment: string;
  readonly service: string;
  readonly instance: string;
  readonly secret: string | undefined;
  /** The collection of the entries of all instances. */
  readonly collection: string;
  readonly roster: Roster;
  /** How many instances are in which state. Undefined: not exported as metrics. */
  readonly counts: FleetLink['counts'];
  /** Receives a line for the log. */
  readonly warn: (line: string) => void;
}

const LEASE = 'lease';

/** The notes of the instances of this service in the store. */
export class FleetTopics implements FleetLink {
  readonly #settings: FleetTopicsSettings;
  readonly #collection: string;
  #hasRefused = false;

  constructor(settings: FleetTopicsSettings) {
    this.#settings = settings;
    const { environment, service } = settings;
    this.#collection = serviceCollectionOf('fleet-notes', environment, service);
  }

  get instance(): string {
    return this.#settings.instance;
  }

  counts(): ReturnType<FleetLink['counts']> {
    return this.#settings.counts();
  }

  open(topic: string, observer: FleetTopicObserver): FleetTopic {
    const { store, service, secret, instance } = this.#settings;
    const path = storeKey(this.#collection, service, this.#hash(topic));
    const keyOf = (name: string): string => `${path}/${storeKey(name)}`;
    const values = new SignedValues(secret);
    const textOf = (key: string, value: string): string | undefined => this.#textIn(values.read(key, value));
    const end = store.watch(`${path}/`, {
      connected: () => observer.connected(),
      disconnected: () => observer.disconnected(),
      snapshot: (entries) => {
        const notes = new Map<string, string>();
        for (const [key, value] of entries) {
          const text = textOf(key, value);
          if (text !== undefined) notes.set(key.slice(path.length + 1), text);
        }
        observer.snapshot(notes);
      },
      put: (key, value) => {
        const text = textOf(key, value);
        if (text !== undefined) observer.put(key.slice(path.length + 1), text);
      },
      removed: (key) => observer.removed(key.slice(path.length + 1)),
      failed: ({ message }) => this.#settings.warn(`Notes of the fleet: ${message}`),
      trusts: (key, value) => values.isGenuine(key, value),
    });
    const census = this.#census();
    return {
      put: (name, text, expiresIn) => {
        const key = keyOf(name);
        return store.put(key, writeSigned(key, text, secret), { expiresIn });
      },
      claim: (expiresIn): Promise<FleetLease | undefined> => store.claim(keyOf(LEASE), instance, { expiresIn }),
      ...census,
      close: () => {
        end();
        census.forgetInstances();
      },
    };
  }

  /** Follows the entries of all instances for as long as they are needed, if this instance does not follow them anyway. */
  #census(): Pick<FleetTopic, 'instances' | 'forgetInstances'> {
    const { store, collection, secret, roster, service } = this.#settings;
    let own: Roster | undefined;
    return {
      instances: () => {
        if (!roster.isFollowing) own ??= new Roster({ store, collection, secret });
        own?.follow();
        const { peers, storeUnavailableFor } = (own ?? roster).peersOf(service, '');
        if (storeUnavailableFor > PEERS_VALID_FOR) return undefined;
        return peers.flatMap(({ phase, entry }): FleetPeer[] =>
          isPresent(phase)
            ? [
                {
                  instance: entry.instance,
                  isDraining: phase === 'draining',
                  ready: entry.ready,
                  checks: entry.checks,
                },
              ]
            : [],
        );
      },
      forgetInstances: () => {
        own?.close();
        own = undefined;
      },
    };
  }

  #textIn(read: SignedText): string | undefined {
    if ('text' in read) return read.text;
    if (!this.#hasRefused) {
      this.#hasRefused = true;
      this.#settings.warn(`A note of another instance is refused: ${read.because}`);
    }
    return undefined;
  }

  /** The name of a topic may contain a secret, such as the URL of a webhook. */
  #hash(topic: string): string {
    const { secret } = this.#settings;
    const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
    return hash.update(topic).digest('hex').slice(0, 24);
  }
}
