import { HEALTH_STATUSES } from '../core/status.js';
import type { ActionDescription } from '../extension/health-actions.js';
import type { RuntimeIndicatorOptions } from '../options/runtime-options.js';

const text = (description: string): object => ({ type: 'string', description });
const flagOf = (description: string): object => ({ type: 'boolean', description });
const count = (description: string): object => ({ type: 'integer', minimum: 0, description });
const stringList = (description: string): object => ({ type: 'array', items: { type: 'string' }, description });
const time = (description: string): object => ({
  anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }],
  description: `${description} A number of milliseconds, or a text with a unit: "500ms", "5s", "1m", "1h".`,
});
const moment = (description: string): object => ({ type: 'string', format: 'date-time', description });

/** The type requires a description of each option: a missing one is a compile error. */
const OPTIONS: Readonly<Record<keyof RuntimeIndicatorOptions, object>> = {
  probes: stringList('The probes and groups whose reports include the indicator. "live" cannot be added.'),
  critical: flagOf('Whether a failure makes a report fail.'),
  shared: {
    anyOf: [{ type: 'boolean' }, { type: 'object' }],
    description: 'Whether all instances share the dependency of this indicator.',
  },
  scope: {
    type: 'string',
    enum: ['instance', 'fleet'],
    description: 'Whether each instance runs the check, or one instance for all.',
  },
  timeout: time('The longest time of one attempt.'),
  ttl: time('How long a result is reused.'),
  interval: time('The pause between runs in the background; "off": it runs on request.'),
  maxAge: time('The greatest age of a result that is still used.'),
  retries: count('How often a failed attempt is repeated.'),
  retryDelay: time('The pause before a repeated attempt.'),
  failureThreshold: count('How many runs in a row must fail before the status changes.'),
  successThreshold: count('How many runs in a row must pass before the status changes.'),
  slowThreshold: time('A passing run that takes longer is DEGRADED; "off": its duration does not matter.'),
  tags: stringList('Tags by which groups select indicators.'),
  enabled: flagOf('With false, the indicator is SKIPPED and its check is not called.'),
};

const TERMS = {
  reason: text('The reason. Reports, the log and alerts show it, so it must contain no secret.'),
  expiresIn: time('When it ends by itself, at most 24 hours.'),
};
const OVERRIDE_BODY = {
  type: 'object',
  required: Object.keys(TERMS),
  properties: { ...OPTIONS, ...TERMS },
  additionalProperties: false,
};
const MAINTENANCE_BODY = {
  type: 'object',
  required: Object.keys(TERMS),
  properties: TERMS,
  additionalProperties: false,
};

const PERIOD = {
  reason: text('The reason that its author has given.'),
  by: text('The author. Absent: the application itself.'),
  since: moment('Its beginning.'),
  until: moment('Its end.'),
};
const OVERRIDE = {
  type: 'object',
  required: ['indicator', 'options', 'reason', 'since', 'until'],
  properties: {
    indicator: text('Name of the indicator.'),
    options: { type: 'object', properties: OPTIONS, additionalProperties: false, description: 'The changed options.' },
    ...PERIOD,
  },
  additionalProperties: false,
};
const REFUSAL = {
  type: 'object',
  required: ['reason', 'since'],
  properties: PERIOD,
  additionalProperties: false,
};
const STATE = {
  type: 'object',
  required: ['phase', 'overrides', 'refusals'],
  properties: {
    phase: {
      type: 'string',
      enum: ['starting', 'accepting', 'refusing', 'draining'],
      description: 'Phase of the application.',
    },
    overrides: { type: 'array', items: OVERRIDE, description: 'The active overrides, oldest first.' },
    maintenance: { ...REFUSAL, description: 'The active maintenance. Absent: there is none.' },
    refusals: {
      type: 'array',
      items: REFUSAL,
      description: 'Every reason for which traffic is refused, also those of the application itself.',
    },
  },
  additionalProperties: false,
};
const ENDED = {
  type: 'object',
  required: ['ended'],
  properties: { ended: flagOf('Whether there was one.') },
  additionalProperties: false,
};
const RUN = {
  type: 'object',
  required: ['indicator', 'detail'],
  properties: {
    indicator: text('Name of the indicator.'),
    detail: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: HEALTH_STATUSES, description: 'Status of the indicator.' } },
      description: 'The new result, as the probe "deep" shows it.',
    },
  },
  additionalProperties: false,
};
const ERROR = {
  type: 'object',
  required: ['error'],
  properties: { error: text('The problem, in one sentence.') },
  additionalProperties: false,
};
const NOT_FOUND = {
  ...ERROR,
  properties: { ...ERROR.properties, indicators: stringList('The known names.') },
};
const FAULTY = {
  ...ERROR,
  properties: {
    ...ERROR.properties,
    faults: {
      type: 'array',
      description: 'Every fault of the body.',
      items: {
        type: 'object',
        required: ['place', 'problem', 'remedy'],
        properties: {
          place: text('The property of the body.'),
          problem: text('The fault, with the value.'),
          remedy: text('The change that removes the fault.'),
        },
        additionalProperties: false,
      },
    },
  },
};

type Response = ActionDescription['responses'][number];

const ok = (description: string, schema: object): Response => ({ statusCode: 200, description, schema });
const failed: Response = { statusCode: 500, description: 'The operation failed. The log has the error', schema: ERROR };
const unknown: Response = { statusCode: 404, description: 'There is no indicator of this name', schema: NOT_FOUND };
const ofBodies: readonly Response[] = [
  { statusCode: 400, description: 'The body has faults. Nothing has changed', schema: FAULTY },
  { statusCode: 413, description: 'The body is too long', schema: ERROR },
  { statusCode: 415, description: 'The body is not JSON', schema: ERROR },
];

const NAME = { name: 'Name of the indicator.' };

/** Every operation, for the routes, for the header `Allow` and for the OpenAPI document. */
export const OPERATIONS = [
  {
    method: 'GET',
    path: '',
    parameters: {},
    summary: 'The active overrides and the maintenance',
    description: 'The changes of operators, each with its author, its reason and its end.',
    responses: [ok('The state', STATE), failed],
  },
  {
    method: 'PUT',
    path: 'indicators/:name',
    parameters: NAME,
    summary: 'Override options of an indicator',
    description: 'Replaces an earlier override as a whole. The override ends at the given time.',
    body: OVERRIDE_BODY,
    responses: [ok('The override', OVERRIDE), unknown, ...ofBodies, failed],
  },
  {
    method: 'DELETE',
    path: 'indicators/:name',
    parameters: NAME,
    summary: 'End the override of an indicator',
    description: 'Restores the configured options.',
    responses: [ok('Whether there was an override', ENDED), unknown, failed],
  },
  {
    method: 'POST',
    path: 'indicators/:name/run',
    parameters: NAME,
    summary: 'Run an indicator now',
    description: 'Runs the check, or joins its run, however fresh its result is.',
    responses: [ok('The new result', RUN), unknown, failed],
  },
  {
    method: 'PUT',
    path: 'maintenance',
    parameters: {},
    summary: 'Refuse traffic',
    description:
      'The probe "ready" fails with this reason, "live" does not change. The refusal ends at the given time.',
    body: MAINTENANCE_BODY,
    responses: [ok('The maintenance', REFUSAL), ...ofBodies, failed],
  },
  {
    method: 'DELETE',
    path: 'maintenance',
    parameters: {},
    summary: 'Accept traffic again',
    description: 'Ends the maintenance. Other refusals of the application stay.',
    responses: [ok('Whether there was a maintenance', ENDED), failed],
  },
] as const satisfies readonly ActionDescription[];

/** The identity of an operation. */
export type OperationId = IdOf<(typeof OPERATIONS)[number]>;

type IdOf<Operation extends ActionDescription> = Operation extends unknown
  ? `${Operation['method']} ${Operation['path']}`
  : never;
