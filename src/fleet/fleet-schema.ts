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
  came: true,
  restarted: true,
  ready: true,
  'not ready': true,
  refusing: true,
  draining: true,
  left: true,
  lost: true,
  back: true,
  'store away': true,
  'store back': true,
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
          enum: ['UP', 'DOWN'],
          description: 'DOWN if fewer instances are ready than expected, or an expected service is unknown.',
        },
        timestamp: moment('Time of the response.'),
        environment: text('The environment of the instances. Those of other environments are not shown.'),
        store: { ...reference('HealthFleetStore'), description: 'The store that the instances share.' },
        services: list('HealthFleetService', 'All services, with expected ones of which no instance is known.'),
        events: list('HealthFleetEvent', 'The latest changes that this process has seen, newest first.'),
      },
      optional: {
        reason: text('Why the status is DOWN: "orders: 2 of 3 ready".'),
        refused: list('HealthFleetRefusedEntry', 'Entries of the store that are not believed. Absent: none.'),
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
        write_error: text('Why this instance cannot write its state, so that the others lose it.'),
      },
    },
  ),
  HealthFleetService: closedObject<FleetService>(
    { title: 'Service of the fleet', description: 'All known instances of one application.' },
    {
      required: {
        service: text('Name of the service.'),
        ready: count('Instances that accept traffic and whose readiness is UP or DEGRADED.'),
        present: count('Instances that are neither lost nor left.'),
        versions: counts('How many present instances run each version.'),
        failing: counts('At how many present instances each indicator fails.'),
        instances: list('HealthFleetInstance', 'The instances, in the order of their names.'),
      },
      optional: {
        expected: count('How many instances must be ready. Absent: none is expected.'),
        failing_more: count('How many more indicators fail. Absent: all of them are listed.'),
        depends_on: words('The services that its indicators check.'),
      },
    },
  ),
  HealthFleetInstance: closedObject<FleetMember>(
    { title: 'Instance of the fleet', description: 'One process, by what it has last written.' },
    {
      required: {
        instance: text('Name of the instance, unique within its service.'),
        phase: {
          type: 'string',
          enum: [...WRITTEN_PHASES, 'lost'],
          description: 'Phase of the instance. "lost": it is silent.',
        },
        phase_since: moment('Since when it is in this phase.'),
        ready: { type: 'string', enum: HEALTH_STATUSES, description: 'Status of its readiness.' },
        ready_since: moment('Since when its readiness has this status.'),
        last_seen_at: moment('Time of its last entry.'),
      },
      optional: {
        version: text('Version of the service.'),
        commit: text('Commit of the service.'),
        attention: {
          type: 'object',
          additionalProperties: { type: 'string', enum: HEALTH_STATUSES },
          description: 'The indicators that are not UP, by name.',
        },
        attention_more: count('How many more indicators are not UP. Absent: all of them are listed.'),
      },
    },
  ),
  HealthFleetEvent: closedObject<FleetEvent>(
    { title: 'Change of the fleet', description: 'One change, or the same change of several instances of a service.' },
    {
      required: {
        at: moment('When this process has noticed it.'),
        kind: { type: 'string', enum: EVENT_KINDS, description: 'What has changed.' },
      },
      optional: {
        service: text('Name of the service. Absent: the store has changed.'),
        instances: words('Names of the instances, at most five.'),
        count: count('How many instances have changed.'),
        version: text('The version after a start. After a restart with another version: both.'),
      },
    },
  ),
  HealthFleetRefusedEntry: closedObject<RefusedEntry>(
    { title: 'Refused entry', description: 'An entry of the store that is malformed, or not signed with the secret.' },
    { required: { key: text('Key in the store.'), because: text('Why it is refused.') }, optional: {} },
  ),
};
