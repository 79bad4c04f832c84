import type { HealthCheckDetail, HealthReport } from '../../core/report.js';
import type { ServiceInfo } from '../../core/service-info.js';
import { HEALTH_STATUSES, REPORT_STATUSES } from '../../core/status.js';
import type { HealthView } from '../../options/view.js';
import { type JsonSchema, closedObject, reference } from '../../extension/json-schema.js';

const SERVICE = { name: 'orders', version: '1.4.2', environment: 'production', uptime_seconds: 3600 };
const TIME = '2026-11-20T10:30:00.000Z';

const reportStatus = {
  type: 'string',
  enum: REPORT_STATUSES,
  description: 'The worst status of the indicators. UP without indicators.',
} as const;

const checkStatus = {
  type: 'string',
  enum: HEALTH_STATUSES,
  description: 'Status of the indicator or composite. SKIPPED does not affect the status of the report.',
} as const;

const reportProperties = {
  reason: {
    type: 'string',
    description: 'Reason why the application accepts no traffic, independent of its indicators.',
  },
  timestamp: { type: 'string', format: 'date-time', description: 'Time of the report.' },
  service_info: { ...reference('HealthServiceInfo'), description: 'Metadata of the service.' },
} as const;

/** Name of the schema of each view. */
export const VIEW_SCHEMAS: Readonly<Record<HealthView, string>> = {
  status: 'HealthReportStatus',
  components: 'HealthReportComponents',
  full: 'HealthReport',
};

/** The JSON of this library, in each view. */
export const REPORT_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  HealthReport: closedObject<HealthReport>(
    {
      title: 'Health report',
      description: 'Response to a probe in the view "full".',
      examples: [
        {
          status: 'DOWN',
          timestamp: TIME,
          details: {
            database: { status: 'UP', response_time_ms: 3, checked_at: TIME, data: { pool_size: 10, pool_idle: 8 } },
            payments: {
              status: 'DOWN',
              critical: true,
              error: 'connection refused',
              code: 'ECONNREFUSED',
              response_time_ms: 2,
              checked_at: TIME,
              since: '2026-11-20T10:29:40.000Z',
              consecutive_failures: 4,
            },
          },
          service_info: SERVICE,
        },
      ],
    },
    {
      required: {
        status: reportStatus,
        timestamp: reportProperties.timestamp,
        details: {
          type: 'object',
          additionalProperties: reference('HealthCheckDetail'),
          description: 'The state of each indicator, by name.',
        },
        service_info: reportProperties.service_info,
      },
      optional: {
        reason: reportProperties.reason,
        sources: {
          type: 'array',
          items: { type: 'object', additionalProperties: true },
          description: 'Sources of options, with "name", "connected", "since", "error", "refused", "unknown".',
        },
      },
    },
  ),
  HealthReportComponents: closedObject<Omit<HealthReport, 'sources'>>(
    {
      title: 'Health report, components',
      description: 'Response to a probe in the view "components".',
      examples: [
        {
          status: 'UP',
          timestamp: TIME,
          details: { database: { status: 'UP' }, payments: { status: 'UP' } },
          service_info: SERVICE,
        },
      ],
    },
    {
      required: {
        status: reportStatus,
        timestamp: reportProperties.timestamp,
        details: {
          type: 'object',
          additionalProperties: reference('HealthCheckStatus'),
          description: 'The status of each indicator, by name.',
        },
        service_info: reportProperties.service_info,
      },
      optional: { reason: reportProperties.reason },
    },
  ),
  HealthReportStatus: closedObject<Pick<HealthReport, 'status'>>(
    {
      title: 'Health report, status',
      description: 'Response to a probe in the view "status".',
      examples: [{ status: 'UP' }],
    },
    { required: { status: reportStatus }, optional: {} },
  ),
  HealthCheckDetail: closedObject<HealthCheckDetail>(
    { title: 'Health check, detail', description: 'The state of one indicator or composite.' },
    {
      required: { status: checkStatus },
      optional: {
        critical: {
          type: 'boolean',
          description: 'Whether this failure alone fails the report. Absent if it is UP or SKIPPED.',
        },
        shared: {
          type: 'string',
          description: 'Why "ready" tolerates this failure. Absent if it does not.',
        },
        message: { type: 'string', description: 'Message of a status that is not a failure.' },
        error: { type: 'string', description: 'Reason of the failure of the latest run.' },
        code: { type: 'string', description: 'Code of that failure, for example ECONNREFUSED.' },
        response_time_ms: {
          type: 'integer',
          minimum: 0,
          description: 'Duration of the latest run, in milliseconds.',
        },
        checked_at: { type: 'string', format: 'date-time', description: 'End of the latest run.' },
        since: {
          type: 'string',
          format: 'date-time',
          description: 'Start of the current status. Absent if it is UP or SKIPPED.',
        },
        consecutive_failures: {
          type: 'integer',
          minimum: 1,
          description: 'Number of failed runs in a row, including the latest.',
        },
        data: {
          type: 'object',
          additionalProperties: true,
          description: 'Additional data of the indicator.',
        },
        override: {
          type: 'object',
          additionalProperties: true,
          description: 'Currently overridden options, with "reason", "by" and "until".',
        },
        source: {
          type: 'object',
          additionalProperties: true,
          description:
            'Options that sources set. "options": the options in use. "refused": the reason why each other option is refused. "unavailable_since": time since when a source is unavailable.',
        },
        details: {
          type: 'object',
          additionalProperties: reference('HealthCheckDetail'),
          description: 'Only of a composite: the state of each part, by its name in the composite.',
        },
      },
    },
  ),
  HealthCheckStatus: closedObject<Pick<HealthCheckDetail, 'status' | 'details'>>(
    { title: 'Health check, status', description: 'The status of one indicator or composite.' },
    {
      required: { status: checkStatus },
      optional: {
        details: {
          type: 'object',
          additionalProperties: reference('HealthCheckStatus'),
          description: 'Only of a composite: the status of each part, by its name in the composite.',
        },
      },
    },
  ),
  HealthServiceInfo: closedObject<ServiceInfo>(
    { title: 'Service', description: 'Metadata of the service. Unknown properties are absent.' },
    {
      required: {
        uptime_seconds: { type: 'integer', minimum: 0, description: 'Uptime of the process, in seconds.' },
      },
      optional: {
        name: { type: 'string', description: 'Name of the service.' },
        version: { type: 'string', description: 'Version of the service.' },
        environment: { type: 'string', description: 'Environment, for example "production".' },
        commit: { type: 'string', description: 'Commit of the build.' },
      },
    },
  ),
};

/** The content of `nest-vitals/schema.json`: the response to a probe in any view. */
export const REPORT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:nest-vitals:health-report',
  title: 'Health report of nest-vitals',
  description: 'The JSON response to a probe, in each view.',
  anyOf: Object.values(VIEW_SCHEMAS).map(reference),
  $defs: REPORT_DEFINITIONS,
};
