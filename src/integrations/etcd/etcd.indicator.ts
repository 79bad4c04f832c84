import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, degraded, down, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { oneOf } from '../../options/rules.js';
import { ask } from './ping.js';
import { type EtcdClient, type EtcdStatus, isEtcdClient } from './etcd-client.js';

interface OwnOptions {
  /** The application's `Etcd3` client: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<EtcdClient>;
  /** What an alarm of the cluster counts for: no space left, after which it refuses writes, or corrupt data. Default: `degraded`. */
  readonly alarms?: 'degraded' | 'down';
}

/** Options of {@link EtcdIndicator}. */
export interface EtcdIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks a member of an etcd cluster for its status, through the application's own client of the package `etcd3`. */
export function EtcdIndicator(name: string, options: EtcdIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'EtcdIndicator',
    name,
    options,
    { client: clientSource, alarms: oneOf(['degraded', 'down']) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredEtcdIndicator extends ClientIndicator<EtcdClient> {
    protected request(): ClientRequest<EtcdClient> {
      return {
        place,
        sources: [own.client],
        accepts: isEtcdClient,
        expected: 'an Etcd3 client',
        remedy: `name the token of the client that the application provides: EtcdIndicator(${JSON.stringify(name)}, { client: Etcd3 })`,
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      return assess(await ask(await this.client(), signal), own.alarms);
    }
  }
  configured.annotate(ConfiguredEtcdIndicator);
  return ConfiguredEtcdIndicator;
}

/** No member has this number. */
const NOBODY = '0';
const ALARM = /\balarm:(\w+)/;

function assess(status: EtcdStatus, whenAlarmed: OwnOptions['alarms']): HealthResult {
  const { header, version, leader = NOBODY, dbSize, dbSizeInUse, isLearner = false, errors = [] } = status;
  const alarms = errors.flatMap((error) => ALARM.exec(error)?.[1] ?? []);
  const data = {
    ...(version !== undefined && { version }),
    ...(leader !== NOBODY && { is_leader: leader === header?.member_id }),
    ...(isLearner && { is_learner: true }),
    ...(dbSize !== undefined && { db_size_bytes: Number(dbSize) }),
    ...(dbSizeInUse !== undefined && { db_in_use_bytes: Number(dbSizeInUse) }),
    ...(alarms.length > 0 && { alarms }),
  };
  if (leader === NOBODY) return down('the member knows no leader', data);
  if (alarms.length === 0) return up(data);
  const alarmed = whenAlarmed === 'down' ? down : degraded;
  return alarmed(`the cluster has an alarm: ${[...new Set(alarms)].join(', ')}`, data);
}
