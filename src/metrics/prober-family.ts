/** Beginning of the `User-Agent` of each known prober, and the name of its family. */
const FAMILIES: readonly (readonly [string, string])[] = [
  ['kube-probe/', 'kube-probe'],
  ['HAProxy', 'HAProxy'],
  ['ELB-HealthChecker/', 'ELB-HealthChecker'],
  ['Amazon-Route53-Health-Check', 'Route53'],
  ['GoogleHC/', 'GoogleHC'],
  ['GoogleStackdriverMonitoring', 'Google-Monitoring'],
  ['Load Balancer Agent', 'Azure-Load-Balancer'],
  ['Edge Health Probe', 'Azure-Front-Door'],
  ['Envoy/', 'Envoy'],
  ['Consul Health Check', 'Consul'],
  ['nginx', 'NGINX'],
  ['Blackbox Exporter/', 'Blackbox-Exporter'],
  ['Prometheus/', 'Prometheus'],
  ['Go-http-client/', 'Go-http-client'],
  ['curl/', 'curl'],
  ['Wget/', 'Wget'],
  ['Mozilla/', 'browser'],
];

/**
 * Name of the family of probers that a `User-Agent` belongs to: `none` for an empty one, `other` for an unknown one. The
 * caller controls the text of the header, so the text itself is never used as a label.
 */
export function proberFamily(agent: string): string {
  if (agent === '') return 'none';
  return FAMILIES.find(([beginning]) => agent.startsWith(beginning))?.[1] ?? 'other';
}
