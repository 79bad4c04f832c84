import { expect, it } from 'vitest';
import { proberFamily } from '../../../src/metrics/prober-family.js';

it.each([
  ['kube-probe/1.31', 'kube-probe'],
  ['HAProxy', 'HAProxy'],
  ['ELB-HealthChecker/2.0', 'ELB-HealthChecker'],
  ['Prometheus/2.42.0', 'Prometheus'],
  ['Blackbox Exporter/0.24.0', 'Blackbox-Exporter'],
  ['GoogleHC/1.0', 'GoogleHC'],
  ['curl/8.5.0', 'curl'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'browser'],
  ['', 'none'],
  ['text with "quotes"\n', 'other'],
  ['not curl/8.5.0', 'other'],
])('the metrics assign the User-Agent %j to the prober family %s', (agent, family) => {
  expect(proberFamily(agent)).toBe(family);
});
