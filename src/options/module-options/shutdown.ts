import { minDelayAboveMaxDelay } from '../../errors/messages.js';
import { KUBERNETES_MIN_DELAY, SHUTDOWN_DEFAULTS } from '../defaults.js';
import { isDevelopment } from '../development.js';
import { clusterWorker } from '../cluster-worker.js';
import type { Environment } from '../environment.js';
import type { FaultsAt } from '../faults.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { ShutdownSettings } from '../health-settings.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { type Rule, converted, duration } from '../rules.js';
import { probersRule, resolveProbers } from './probers.js';
import type { ShutdownOptions } from '../shutdown-options.js';

const delay: Rule<'auto' | number> = {
  expected: `"auto", or ${duration(0).expected}`,
  accepts: (value) => value === 'auto' || duration(0).accepts(value),
  convert: (value) => (value === 'auto' ? value : converted(duration(0), value)),
  read: (text) => (text === 'auto' ? text : duration(0).read?.(text)),
};

const RULES = {
  delay,
  minDelay: duration(0),
  maxDelay: duration(0),
  timeout: duration(0),
  probers: probersRule,
} satisfies RuleTable<ShutdownOptions>;

export function resolveShutdown(
  { shutdown }: HealthModuleOptions,
  environment: Environment,
  variables: NodeJS.ProcessEnv,
  at: FaultsAt,
  isClusterWorker: boolean = clusterWorker() > 0,
): ShutdownSettings {
  const given = new OptionReader(at, shutdown, ['shutdown'], environment).readAll(RULES);
  // Kubernetes sets this variable in every container (kubernetes.io, "Service environment variables").
  const isOnKubernetes = Boolean(variables['KUBERNETES_SERVICE_HOST']);
  const { delay: givenDelay, maxDelay = SHUTDOWN_DEFAULTS.maxDelay } = given;
  const minDelay = isOnKubernetes ? Math.min(KUBERNETES_MIN_DELAY, maxDelay) : SHUTDOWN_DEFAULTS.minDelay;
  const atLeast = given.minDelay ?? minDelay;
  const settings: ShutdownSettings = {
    ...(givenDelay === undefined && isDevelopment(variables) && { isDevelopment: true }),
    delay: givenDelay ?? (isClusterWorker ? atLeast : SHUTDOWN_DEFAULTS.delay),
    minDelay: atLeast,
    maxDelay,
    timeout: given.timeout ?? SHUTDOWN_DEFAULTS.timeout,
    probers: resolveProbers(given.probers, at.option('probers')),
    isLeftToPrimary: isClusterWorker && givenDelay === undefined,
  };
  if (settings.minDelay > settings.maxDelay) {
    at.add(minDelayAboveMaxDelay(at.place, settings.minDelay, settings.maxDelay));
  }
  return settings;
}
