import { flatDetails } from '../../core/composite-detail.js';
import type { HealthCheckDetail } from '../../core/report.js';
import { type ReportStatus, isFailing } from '../../core/status.js';
import type { VisibleDetail } from '../../extension/visible-report.js';
import { builtInFormat } from './format.js';

/**
 * The JSON of the IETF draft "Health Check Response Format for HTTP APIs" (draft-inadarei-api-health-check-06). Its keys
 * consist of the component and the measurement. The measurement is the duration of the run, if the view shows it.
 */
export const HEALTH_JSON = builtInFormat('health', ({ report: { status, reason, details, service_info: service } }) =>
  JSON.stringify({
    status: wordFor(status),
    ...(service?.version !== undefined && { version: service.version }),
    ...(service?.name !== undefined && { serviceId: service.name }),
    ...(reason !== undefined && { output: reason }),
    ...(details && { checks: Object.fromEntries([...flatDetails<VisibleDetail>(details)].map(checkOf)) }),
  }),
);

function checkOf([name, detail]: [string, VisibleDetail]): [string, object[]] {
  const { status, error, message, response_time_ms: took, checked_at: time, data }: Partial<HealthCheckDetail> = detail;
  const output = error ?? message;
  const check = {
    componentId: name,
    status: wordFor(detail.status),
    // The draft has three statuses only. `state` keeps the original one.
    ...(status !== 'UP' && { state: status }),
    ...(took !== undefined && { observedValue: took, observedUnit: 'ms' }),
    ...(time !== undefined && { time }),
    ...(output !== undefined && { output }),
    ...(data && { data }),
  };
  return [took === undefined ? name : `${name}:responseTime`, [check]];
}

function wordFor(status: ReportStatus | HealthCheckDetail['status']): 'pass' | 'warn' | 'fail' {
  if (isFailing(status)) return 'fail';
  return status === 'DEGRADED' ? 'warn' : 'pass';
}
