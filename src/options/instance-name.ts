import { hostname } from 'node:os';
import { type Rule, nonBlank } from './rules.js';

export const instanceName: Rule<string> = {
  expected: 'a text of up to 100 characters that is not blank',
  accepts: (value) => nonBlank.accepts(value) && String(value).length <= 100,
};

/** The name of the pod on Kubernetes. Elsewhere the process id distinguishes the processes of one machine. */
export function defaultInstanceName(): string {
  const { HOSTNAME, KUBERNETES_SERVICE_HOST } = process.env;
  const host = (HOSTNAME?.trim() || hostname()).slice(0, 80);
  return KUBERNETES_SERVICE_HOST === undefined ? `${host}-${process.pid}` : host;
}
