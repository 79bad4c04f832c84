import cluster from 'node:cluster';
import type { ConfigurationFault } from '../../errors/fault.js';
import { minDelayAboveMaxDelay } from '../../errors/messages.js';
import { KUBERNETES_MIN_DELAY, SHUTDOWN_DEFAULTS } from '../defaults.js';
import { isDevelopment } from '../development.js';
import type { Environment } from '../environment.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { ShutdownSettings } from '../health-settings.js';
import { OptionReader } from '../option-reader.js';
import { type Rule, milliseconds } from '../rules.js';
import { PLACE } from './module-rules.js';
import { resolveProbers } from './probers.js';

const delay: Rule<'auto' | number> = {
  expected: `"auto", or ${milliseconds(0).expected}`,
  accepts: (value) => value === 'auto' || milliseconds(0).accepts(value),
  read: (text) => (text === 'auto' ? text : milliseconds(0).read?.(text)),
};

export function resolveShutdown(
  { shutdown }: HealthModuleOptions,
  environment: Environment,
  variables: NodeJS.ProcessEnv,
  faults: ConfigurationFault[],
  isClusterWorker: boolean = cluster.isWorker,
): ShutdownSettings {
  const place = `${PLACE}, shutdown`;
  const reader = new OptionReader(place, shutdown, ['shutdown'], environment, faults);
  reader.refuseUnknown([...Object.keys(SHUTDOWN_DEFAULTS), 'probers']);
  // Kubernetes sets this variable in every container (kubernetes.io, "Service environment variables").
  const isOnKubernetes = Boolean(variables['KUBERNETES_SERVICE_HOST']);
  const maxDelay = reader.read('maxDelay', milliseconds(0), SHUTDOWN_DEFAULTS.maxDelay);
  const minDelay = isOnKubernetes ? Math.min(KUBERNETES_MIN_DELAY, maxDelay) : SHUTDOWN_DEFAULTS.minDelay;
  const atLeast = reader.read('minDelay', milliseconds(0), minDelay);
  const given = reader.read<'auto' | number | undefined>('delay', delay, undefined);
  const settings: ShutdownSettings = {
    ...(given === undefined && isDevelopment(variables) && { isDevelopment: true }),
    delay: given ?? (isClusterWorker ? atLeast : SHUTDOWN_DEFAULTS.delay),
    minDelay: atLeast,
    maxDelay,
    timeout: reader.read('timeout', milliseconds(0), SHUTDOWN_DEFAULTS.timeout),
    probers: resolveProbers(reader, place, faults),
    isLeftToPrimary: isClusterWorker && given === undefined,
  };
  if (settings.minDelay > settings.maxDelay) {
    faults.push(minDelayAboveMaxDelay(place, settings.minDelay, settings.maxDelay));
  }
  return settings;
}
