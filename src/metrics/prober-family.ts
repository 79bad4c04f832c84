/** What the well-known callers of health endpoints begin their `User-Agent` with, and the name that each goes by. */
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
 * A caller by what its `User-Agent` says, as one of a few names: `none` if it says nothing, `other` if it is none of
 * those known. The text itself is the caller's own, and belongs into no label.
 */
export function proberFamily(agent: string): string {
  if (agent === '') return 'none';
  return FAMILIES.find(([beginning]) => agent.startsWith(beginning))?.[1] ?? 'other';
}
