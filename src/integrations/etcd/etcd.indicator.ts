import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { oneOf } from '../../options/rules.js';
import { type EtcdClient, type EtcdStatus, isEtcdClient } from './etcd-client.js';
import { ping } from './ping.js';

/** Options of {@link EtcdIndicator}. */
export interface EtcdIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `Etcd3` client: its injection token, or the client itself. Required. */
  readonly client: ClientSource<EtcdClient>;
  /**
   * The status while the cluster has an alarm: `NOSPACE`, after which it refuses writes, or `CORRUPT`. Default:
   * `degraded`.
   */
  readonly alarms?: 'degraded' | 'down';
}

/** Requests the status of a member of an etcd cluster through the application's own client of the package `etcd3`. */
export function EtcdIndicator(name: string, options: EtcdIndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, alarms: oneOf(['degraded', 'down']) };
  const { own, place, annotate } = configureIndicator('EtcdIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<EtcdClient> {
      protected request(): ClientRequest<EtcdClient> {
        return {
          place,
          sources: [own.client],
          accepts: isEtcdClient,
          expected: 'an Etcd3 client',
          remedy: passToken(place, 'client', '{ client: Etcd3 }'),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        return degradedIfNotPermitted(async () => resultOf(await ping(client, signal), own.alarms));
      }
    },
  );
}

/** The member id that stands for "no leader". */
const NO_MEMBER = '0';
const ALARM = /\balarm:(\w+)/;

function resultOf(status: EtcdStatus, whenAlarmed: EtcdIndicatorOptions['alarms']): HealthResult {
  const { header, version, leader = NO_MEMBER, dbSize, dbSizeInUse, isLearner = false, errors = [] } = status;
  const alarms = errors.flatMap((error) => ALARM.exec(error)?.[1] ?? []);
  const data = {
    ...(version !== undefined && { version }),
    ...(leader !== NO_MEMBER && { is_leader: leader === header?.member_id }),
    ...(isLearner && { is_learner: true }),
    ...(dbSize !== undefined && { db_size_bytes: Number(dbSize) }),
    ...(dbSizeInUse !== undefined && { db_in_use_bytes: Number(dbSizeInUse) }),
    ...(alarms.length > 0 && { alarms }),
  };
  if (leader === NO_MEMBER) return down('the member has no leader', data);
  if (alarms.length === 0) return up(data);
  const alarmed = whenAlarmed === 'down' ? down : degraded;
  return alarmed(`the cluster has an alarm: ${[...new Set(alarms)].join(', ')}`, data);
}
