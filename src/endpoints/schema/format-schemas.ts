import { HEALTH_STATUSES, HealthStatus, REPORT_STATUSES } from '../../core/status.js';
import type { JsonShape } from '../../options/json-shape.js';
import type { HealthView } from '../../options/view.js';
import { type JsonSchema, reference } from '../../extension/json-schema.js';
import { REPORT_DEFINITIONS, VIEW_SCHEMAS } from './report-schema.js';

const closed = { type: 'object', additionalProperties: false } as const;
const open = { type: 'object', additionalProperties: true } as const;
const text = { type: 'string' } as const;

const failure = (error: string): JsonSchema => ({
  ...closed,
  required: ['error'],
  properties: { error: { ...text, enum: [error] } },
});

const HEALTH_JSON: JsonSchema = {
  ...closed,
  title: 'Health check response (draft-inadarei-api-health-check-06)',
  required: ['status'],
  properties: {
    status: { ...text, enum: ['pass', 'warn', 'fail'] },
    version: text,
    serviceId: text,
    output: { ...text, description: 'Reason why the application accepts no traffic.' },
    checks: {
      type: 'object',
      description: 'By full name, followed by ":responseTime" if the view shows it.',
      additionalProperties: { type: 'array', items: reference('HealthJsonCheck') },
    },
  },
  examples: [{ status: 'pass', version: '1.4.2', serviceId: 'orders' }],
};

const HEALTH_JSON_CHECK: JsonSchema = {
  ...closed,
  required: ['componentId', 'status'],
  properties: {
    componentId: text,
    status: { ...text, enum: ['pass', 'warn', 'fail'] },
    state: {
      ...text,
      enum: HEALTH_STATUSES.filter((status) => status !== HealthStatus.UP),
      description: 'The original status, if it is not UP.',
    },
    observedValue: { type: 'integer', minimum: 0, description: 'Duration of the latest run.' },
    observedUnit: { ...text, enum: ['ms'] },
    time: { ...text, format: 'date-time' },
    output: text,
    data: open,
  },
};

const terminusChecks: JsonSchema = { type: 'object', additionalProperties: reference('TerminusHealthCheck') };
const TERMINUS: JsonSchema = {
  ...closed,
  title: 'Health check result of @nestjs/terminus',
  required: ['status', 'info', 'error', 'details'],
  properties: {
    status: { ...text, enum: ['ok', 'error', 'shutting_down'] },
    info: { ...terminusChecks, description: 'Indicators that do not fail.' },
    error: { ...terminusChecks, description: 'Indicators that fail.' },
    details: { ...terminusChecks, description: 'All indicators.' },
  },
  examples: [
    { status: 'ok', info: { database: { status: 'up' } }, error: {}, details: { database: { status: 'up' } } },
  ],
};
const TERMINUS_CHECK: JsonSchema = {
  ...open,
  required: ['status'],
  properties: { status: { ...text, enum: ['up', 'down'] } },
};

const SPRING: JsonSchema = {
  ...closed,
  title: 'Health of Spring Boot Actuator',
  required: ['status'],
  properties: {
    status: { ...text, enum: REPORT_STATUSES },
    components: { type: 'object', additionalProperties: reference('SpringHealthComponent') },
  },
  examples: [{ status: 'UP', components: { database: { status: 'UP' } } }],
};
const SPRING_COMPONENT: JsonSchema = {
  ...closed,
  required: ['status'],
  properties: {
    status: { ...text, enum: HEALTH_STATUSES },
    details: open,
    components: {
      type: 'object',
      description: 'Only of a composite: its parts.',
      additionalProperties: reference('SpringHealthComponent'),
    },
  },
};

const JSON_DEFINITIONS: Readonly<Record<JsonShape, Readonly<Record<string, JsonSchema>>>> = {
  vitals: REPORT_DEFINITIONS,
  terminus: { TerminusHealth: TERMINUS, TerminusHealthCheck: TERMINUS_CHECK },
  spring: { SpringHealth: SPRING, SpringHealthComponent: SPRING_COMPONENT },
};

/** All named schemas of the responses, with the JSON of this shape. */
export function definitionsOf(shape: JsonShape): Readonly<Record<string, JsonSchema>> {
  return {
    ...JSON_DEFINITIONS[shape],
    HealthJson: HEALTH_JSON,
    HealthJsonCheck: HEALTH_JSON_CHECK,
    HealthNotFound: failure('not found'),
    HealthUnauthorized: failure('unauthorized'),
    HealthTooManyRequests: failure('too many requests'),
    HealthNotAcceptable: {
      ...closed,
      required: ['error', 'formats'],
      properties: {
        error: { ...text, enum: ['not acceptable'] },
        formats: { type: 'object', additionalProperties: text, description: 'Media type of each format.' },
      },
    },
  };
}

/** The schema of a report in one of these views. */
export function jsonSchemaOf(shape: JsonShape, views: readonly HealthView[]): JsonSchema {
  if (shape === 'terminus') return reference('TerminusHealth');
  if (shape === 'spring') return reference('SpringHealth');
  const [first, ...others] = views.map((view) => reference(VIEW_SCHEMAS[view]));
  return first && others.length === 0 ? first : { anyOf: [...(first ? [first] : []), ...others] };
}
