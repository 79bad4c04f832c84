import type { HealthCheckDetail, HealthReport } from '../../core/report.js';
import type { ServiceInfo } from '../../core/service-info.js';
import { HEALTH_STATUSES, REPORT_STATUSES } from '../../core/status.js';
import type { HealthView } from '../../options/view.js';
import { type JsonSchema, closedObject, reference } from './json-schema.js';

const SERVICE = { name: 'orders', version: '1.4.2', environment: 'production', uptime_seconds: 3600 };
const TIME = '2026-11-20T10:30:00.000Z';

const reportStatus = {
  type: 'string',
  enum: REPORT_STATUSES,
  description: 'The worst status of the parts; with no parts it is UP.',
} as const;

const checkStatus = {
  type: 'string',
  enum: HEALTH_STATUSES,
  description: 'The state of the indicator. SKIPPED takes no part in the status of the report.',
} as const;

const reportProperties = {
  reason: {
    type: 'string',
    description: 'Why the application itself takes no traffic, whatever its indicators say.',
  },
  timestamp: { type: 'string', format: 'date-time', description: 'When the report was put together.' },
  service_info: { ...reference('HealthServiceInfo'), description: 'What the service says of itself.' },
} as const;

/** The name of the schema of what each view shows. */
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
      description: 'The answer to a probe in the view "full".',
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
          description: 'What is known of each indicator, by its name.',
        },
        service_info: reportProperties.service_info,
      },
      optional: { reason: reportProperties.reason },
    },
  ),
  HealthReportComponents: closedObject<HealthReport>(
    {
      title: 'Health report, components',
      description: 'The answer to a probe in the view "components".',
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
          description: 'The status of each indicator, by its name.',
        },
        service_info: reportProperties.service_info,
      },
      optional: { reason: reportProperties.reason },
    },
  ),
  HealthReportStatus: closedObject<Pick<HealthReport, 'status'>>(
    {
      title: 'Health report, status',
      description: 'The answer to a probe in the view "status".',
      examples: [{ status: 'UP' }],
    },
    { required: { status: reportStatus }, optional: {} },
  ),
  HealthCheckDetail: closedObject<HealthCheckDetail>(
    { title: 'Health check, detail', description: 'What a report says of one indicator.' },
    {
      required: { status: checkStatus },
      optional: {
        critical: {
          type: 'boolean',
          description: 'Whether this indicator alone can make a report fail. Absent when it is UP or SKIPPED.',
        },
        message: { type: 'string', description: 'What the check says of a status that is not a failure.' },
        error: { type: 'string', description: 'Why the latest run failed.' },
        code: { type: 'string', description: 'The code of that failure, as ECONNREFUSED.' },
        response_time_ms: {
          type: 'integer',
          minimum: 0,
          description: 'How long the latest run took, in milliseconds.',
        },
        checked_at: { type: 'string', format: 'date-time', description: 'When the latest run ended.' },
        since: {
          type: 'string',
          format: 'date-time',
          description: 'Since when the status is what it is. Absent when it is UP or SKIPPED.',
        },
        consecutive_failures: {
          type: 'integer',
          minimum: 1,
          description: 'How many runs in a row have failed, up to the latest.',
        },
        data: {
          type: 'object',
          additionalProperties: true,
          description: 'Facts for an operator. Each indicator has its own.',
        },
      },
    },
  ),
  HealthCheckStatus: closedObject<Pick<HealthCheckDetail, 'status'>>(
    { title: 'Health check, status', description: 'The status of one indicator.' },
    { required: { status: checkStatus }, optional: {} },
  ),
  HealthServiceInfo: closedObject<ServiceInfo>(
    { title: 'Service', description: 'What the service says of itself. What nobody knows is left out.' },
    {
      required: {
        uptime_seconds: { type: 'integer', minimum: 0, description: 'For how long the process has been running.' },
      },
      optional: {
        name: { type: 'string', description: 'The name of the service.' },
        version: { type: 'string', description: 'The version that is running.' },
        environment: { type: 'string', description: 'Where it is running, as "production".' },
        commit: { type: 'string', description: 'The commit that it was built from.' },
      },
    },
  ),
};

/** What the package exports as `nest-vitals/schema.json`: the answer to a probe in any view. */
export const REPORT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:nest-vitals:health-report',
  title: 'Health report of nest-vitals',
  description: 'The JSON with which a probe is answered, as far as the view of its endpoint shows it.',
  anyOf: Object.values(VIEW_SCHEMAS).map(reference),
  $defs: REPORT_DEFINITIONS,
};
