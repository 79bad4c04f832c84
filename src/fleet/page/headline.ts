import { HealthStatus } from '../../core/status.js';
import { type Content, clip, html } from '../../page/html.js';
import { lasting } from '../../page/time.js';
import type { FleetReport } from '../fleet-report.js';
import { attentionOf } from './member-state.js';
import { serviceStatus } from './service-part.js';

const SERVICES_SHOWN = 6;
const LONGEST_REASON = 400;
const LONGEST_NAME = 100;

export interface Headline {
  readonly status: Exclude<HealthStatus, 'SKIPPED'>;
  readonly words: string;
  /** Before the words in the title of the tab. */
  readonly sign: string;
  /** Sentences that explain it. */
  readonly lead: readonly Content[];
}

/** The state of the fleet in a few words. */
export function headlineOf(report: FleetReport, now: number | undefined): Headline {
  const { services, store, status, reason = '' } = report;
  const lead: Content[] =
    status === 'DOWN' ? [`Fewer instances are ready than expected: ${clip(reason, LONGEST_REASON)}.`] : [];
  const attention = services.flatMap(({ service, instances }) => {
    const states = attentionOf(instances);
    return states.length > 0 ? [`${service}: ${states.join(', ')}`] : [];
  });
  const more = attention.length - SERVICES_SHOWN;
  if (attention.length > 0) {
    lead.push(`${attention.slice(0, SERVICES_SHOWN).join('; ')}${more > 0 ? `; and ${more} more services` : ''}.`);
  }
  if (report.refused) {
    lead.push(`${refusedOf(report)}.`);
  }
  if (store.connected && store.write_error !== undefined) {
    const detail = clip(withoutName(store.write_error, store.name), LONGEST_REASON);
    lead.push(`This instance cannot write into ${store.name}, so the other instances report it as lost: ${detail}.`);
  }
  if (!store.connected) {
    const state =
      store.since === undefined ? 'has not responded yet' : html`has been unavailable ${lasting(store.since, now)}`;
    const detail = store.error === undefined ? '' : `: ${clip(withoutName(store.error, store.name), LONGEST_REASON)}`;
    const known = services.length > 0 ? ' The data below may be out of date.' : '';
    return {
      status: 'UNKNOWN',
      words: 'Store unavailable',
      sign: '?',
      lead: [html`${store.name} ${state}${detail}.${known}`, ...lead],
    };
  }
  if (status === 'DOWN') return { status: 'DOWN', words: 'Too few ready', sign: '✕', lead };
  if (services.some((service) => serviceStatus(service) === HealthStatus.DOWN)) {
    return { status: 'DOWN', words: 'A service is down', sign: '✕', lead };
  }
  if (lead.length > 0) return { status: 'DEGRADED', words: 'Needs attention', sign: '▲', lead };
  const ready = services.reduce((sum, each) => sum + each.ready, 0);
  if (ready === 0) {
    const absent = `No instance is present in the environment ${clip(report.environment, LONGEST_NAME)}.`;
    return { status: 'UNKNOWN', words: 'No instances', sign: '?', lead: [absent] };
  }
  const words = ready === 1 ? 'The only instance is ready.' : `All ${ready} instances are ready.`;
  return { status: 'UP', words: 'All ready', sign: '✓', lead: [words] };
}

/** How many entries are refused, and why the first one is. */
export function refusedOf({ refused = [], refused_more: more = 0 }: FleetReport): string {
  const count = refused.length + more;
  return `${count === 1 ? '1 entry is refused' : `${count} entries are refused`}: ${refused[0]?.because}`;
}

/** Messages of stores begin with the name of the store, which the sentence has already. */
function withoutName(error: string, name: string): string {
  return error.startsWith(`${name}: `) ? error.slice(name.length + 2) : error;
}
