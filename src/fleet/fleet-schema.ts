import { HEALTH_STATUSES } from '../core/status.js';
import { type JsonSchema, closedObject, reference } from '../extension/json-schema.js';
import { WRITTEN_PHASES } from './fleet-entry.js';
import type { FleetEvent, FleetEventKind } from './fleet-history.js';
import type { FleetMember, FleetReport, FleetService } from './fleet-report.js';
import type { RefusedEntry } from './roster.js';

const text = (description: string) => ({ type: 'string', description }) as const;
const moment = (description: string) => ({ type: 'string', format: 'date-time', description }) as const;
const count = (description: string) => ({ type: 'integer', minimum: 0, description }) as const;
const counts = (description: string) =>
  ({ type: 'object', additionalProperties: { type: 'integer', minimum: 1 }, description }) as const;
const words = (description: string) => ({ type: 'array', items: { type: 'string' }, description }) as const;
const list = (name: string, description: string) => ({ type: 'array', items: reference(name), description }) as const;

/** A new kind of event does not compile until it is here. */
const EVENT_KINDS = Object.keys({
  joined: true,
  restarted: true,
  ready: true,
  'not ready': true,
  refusing: true,
  draining: true,
  left: true,
  lost: true,
  recovered: true,
  'store disconnected': true,
  'store connected': true,
} satisfies Record<FleetEventKind, true>);

/** The name of the schema of the response. */
export const FLEET_SCHEMA = 'HealthFleet';

/** The JSON of `/health/fleet`. */
export const FLEET_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  [FLEET_SCHEMA]: closedObject<FleetReport>(
    { title: 'Fleet', description: 'The instances of all services that share a store and an environment.' },
    {
      required: {
        status: {
          type: 'string',
          enum: ['UP', 'DOWN', 'UNKNOWN'],
          description:
            'DOWN if fewer instances are ready than expected. UNKNOWN if that may be so, because nothing was received from the store yet.',
        },
        timestamp: moment('Time of the response.'),
        environment: text('The environment of the instances. Instances of other environments are not shown.'),
        store: { ...reference('HealthFleetStore'), description: 'The store that the instances share.' },
        services: list('HealthFleetService', 'All known services, and the expected services without a known instance.'),
        events: list('HealthFleetEvent', 'The latest changes that this process has detected, newest first.'),
      },
      optional: {
        reason: text('Reason why the status is DOWN: "orders: 2 of 3 ready".'),
        refused: list('HealthFleetRefusedEntry', 'Refused entries of the store, at most 20. Absent: none.'),
        refused_more: count('How many more entries are refused. Absent: all of them are listed.'),
      },
    },
  ),
  HealthFleetStore: closedObject<FleetReport['store']>(
    {
      title: 'Store of the fleet',
      description: 'While the store is unavailable, all other fields of the response may be out of date.',
    },
    {
      required: {
        name: text('The kind of the store.'),
        connected: { type: 'boolean', description: 'Whether the store is connected.' },
      },
      optional: {
        since: moment('Start of its current state, connected or unavailable. Absent: it was never connected.'),
        error: text('Reason why it is unavailable.'),
        write_error: text(
          'Reason why this instance cannot write its state. The other instances then report it as lost.',
        ),
      },
    },
  ),
  HealthFleetService: closedObject<FleetService>(
    { title: 'Service of the fleet', description: 'All known instances of one application.' },
    {
      required: {
        service: text('Name of the service.'),
        ready: count('Instances that accept traffic and whose probe ready is UP or DEGRADED.'),
        present: count('Instances that are neither lost nor left.'),
        versions: counts('Number of present instances by version.'),
        failing: counts('Number of present instances at which each indicator fails.'),
        instances: list('HealthFleetInstance', 'The instances, in the order of their names.'),
      },
      optional: {
        expected: count('Number of instances that must be ready. Absent: no number is expected.'),
        failing_more: count('Number of further failing indicators. Absent: all are listed.'),
        depends_on: words('The services that its indicators check.'),
      },
    },
  ),
  HealthFleetInstance: closedObject<FleetMember>(
    { title: 'Instance of the fleet', description: 'One process, as of its last entry.' },
    {
      required: {
        instance: text('Name of the instance, unique within its service.'),
        phase: {
          type: 'string',
          enum: [...WRITTEN_PHASES, 'lost'],
          description: 'Phase of the instance. "lost": no entry for three heartbeats.',
        },
        phase_since: moment('Start of this phase.'),
        ready: { type: 'string', enum: HEALTH_STATUSES, description: 'Status of the probe ready.' },
        ready_since: moment('Time since when the probe ready has this status.'),
        last_seen_at: moment('Time of its last entry.'),
      },
      optional: {
        live: {
          type: 'string',
          enum: HEALTH_STATUSES,
          description: 'Status of the probe live. Absent: it is UP, or not known.',
        },
        live_since: moment('Time since when the probe live has this status.'),
        version: text('Version of the service.'),
        commit: text('Commit of the service.'),
        attention: {
          type: 'object',
          additionalProperties: { type: 'string', enum: HEALTH_STATUSES },
          description: 'The indicators that are not UP, by name.',
        },
        attention_since: {
          type: 'object',
          additionalProperties: { type: 'string', format: 'date-time' },
          description: 'Time since when each of these indicators has its status, by name.',
        },
        attention_more: count('Number of further indicators that are not UP. Absent: all are listed.'),
      },
    },
  ),
  HealthFleetEvent: closedObject<FleetEvent>(
    { title: 'Change of the fleet', description: 'One change, or the same change of several instances of a service.' },
    {
      required: {
        at: moment('Time at which this process detected it.'),
        kind: { type: 'string', enum: EVENT_KINDS, description: 'Kind of change.' },
      },
      optional: {
        service: text('Name of the service. Absent: the store has changed.'),
        instances: words('Names of the instances, at most five.'),
        count: count('Number of instances that changed.'),
        version: text('The version after a start. After a restart with another version: both.'),
      },
    },
  ),
  HealthFleetRefusedEntry: closedObject<RefusedEntry>(
    {
      title: 'Refused entry',
      description: 'An entry of the store that is malformed, not signed with the secret, or beyond a limit.',
    },
    { required: { key: text('Key in the store.'), because: text('Reason why it is refused.') }, optional: {} },
  ),
};
