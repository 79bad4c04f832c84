import { boundedText } from '../../core/bounded-text.js';
import type { HealthReport } from '../../core/report.js';
import { HealthStatus, isFailing } from '../../core/status.js';
import { isHealthCheckError } from '../../errors/health-check.error.js';
import type { Duration } from '../../options/duration.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { duration, nonBlank, required, secret, stringList, whole } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { call } from './http-call.js';
import { summaryOf } from './summary.js';
import { webAddress } from './target-options.js';

/** Options of `consulService()`. */
export interface ConsulServiceOptions {
  /** The address of the agent of the machine, such as `http://127.0.0.1:8500`. Required. */
  readonly url: string;
  /** The ACL token. It is sent as a header, and no message shows it. Default: none. */
  readonly token?: string;
  /** The name of the service. Required. */
  readonly name: string;
  /** The id of this instance, which must be unique at the agent. Required. */
  readonly id: string;
  /** The address of this instance. Default: unset, the address of the agent. */
  readonly address?: string;
  /** The port of this instance. Default: unset. */
  readonly port?: number;
  /** The tags of the service. Default: none. */
  readonly tags?: readonly string[];
  /** Milliseconds without a report after which Consul counts the instance as critical. Default: 90,000, three periods. */
  readonly ttl?: Duration;
  /** Milliseconds in the state critical after which Consul removes the instance, at least 60,000. Default: 600,000. */
  readonly removeAfter?: Duration;
}

const LONGEST_OUTPUT = 2000;
/** The agent has no such check any more. Older versions of Consul respond with 500. */
const UNKNOWN_CHECK = /^HTTP status (?:404|500)$/;
const UNKNOWN_SERVICE = /^HTTP status 404$/;

const RULES = {
  url: webAddress,
  token: secret(nonBlank),
  name: required(nonBlank),
  id: required(nonBlank),
  address: nonBlank,
  port: whole(1, 65_535),
  tags: stringList,
  ttl: duration(1000),
  removeAfter: duration(60_000),
} satisfies RuleTable<ConsulServiceOptions>;
const DEFAULTS = { tags: [], ttl: 90_000, removeAfter: 600_000 };

/**
 * Registers this instance with the agent of Consul, with a TTL check that each report updates: UP is passing, DEGRADED is warning,
 * everything else is critical. The instance is deregistered when the drain begins. Throws a `HealthConfigurationError` for a
 * malformed option.
 */
export function consulService(options: ConsulServiceOptions): HealthPublisher {
  const { url, token, ttl, removeAfter, ...service } = readOptions('consulService()', options, (reader) =>
    reader.readAll(RULES, DEFAULTS),
  );
  const checkId = `nest-vitals:${service.id}`;
  const put = (path: string, body: object | undefined, signal: AbortSignal): Promise<void> =>
    call(
      {
        method: 'PUT',
        url: new URL(`v1/agent/${path}`, url.href.endsWith('/') ? url : `${url.href}/`),
        ...(body && { body: JSON.stringify(body), contentType: 'application/json' }),
        ...(token !== undefined && { headers: { 'x-consul-token': token } }),
      },
      signal,
    );
  const register = (report: HealthReport, signal: AbortSignal): Promise<void> =>
    put(
      'service/register?replace-existing-checks=true',
      {
        ID: service.id,
        Name: service.name,
        Tags: service.tags,
        ...(service.address !== undefined && { Address: service.address }),
        ...(service.port !== undefined && { Port: service.port }),
        Check: {
          CheckID: checkId,
          Name: 'health of the application',
          // Without it the check is critical until the first update.
          Status: stateOf(report).Status,
          TTL: `${ttl}ms`,
          DeregisterCriticalServiceAfter: `${removeAfter}ms`,
        },
      },
      signal,
    );
  const update = (report: HealthReport, signal: AbortSignal): Promise<void> =>
    put(`check/update/${encodeURIComponent(checkId)}`, stateOf(report), signal);
  let isRegistered = false;
  return {
    name: `Consul at ${url.origin}`,
    publish: async (report, signal) => {
      if (isRegistered) {
        try {
          await update(report, signal);
          return;
        } catch (error) {
          if (!isResponse(error, UNKNOWN_CHECK)) throw error;
        }
      }
      await register(report, signal);
      isRegistered = true;
      await update(report, signal);
    },
    finish: async (_report, signal) => {
      try {
        await put(`service/deregister/${encodeURIComponent(service.id)}`, undefined, signal);
      } catch (error) {
        // The agent has lost the registration already.
        if (!isResponse(error, UNKNOWN_SERVICE)) throw error;
      }
    },
  };
}

const isResponse = (error: unknown, status: RegExp): boolean => isHealthCheckError(error) && status.test(error.message);

function stateOf(report: HealthReport): { readonly Status: string; readonly Output: string } {
  const passing = report.status === HealthStatus.DEGRADED ? 'warning' : 'passing';
  return {
    Status: isFailing(report.status) ? 'critical' : passing,
    Output: boundedText(summaryOf(report).join('\n'), LONGEST_OUTPUT),
  };
}
