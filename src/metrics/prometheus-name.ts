import type { HealthMetric } from './metric.js';

/** The name by the conventions of Prometheus: words joined by `_`, then the unit, then `_total` for a counter. */
export function prometheusName(
  { name, unit, kind }: Pick<HealthMetric, 'name' | 'unit' | 'kind'>,
  prefix: string,
): string {
  const suffix = `${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`;
  return `${prefix}${name.replaceAll('.', '_')}${suffix}`;
}
