import type { Metric, Registry, RegistryContentType } from 'prom-client';
import type { PromClient } from './prom-client.js';

/** The metrics as text, with the content type of their format. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** A registry in either of the two formats. */
export type ReadableRegistry = Registry<RegistryContentType>;

/** Formats the metrics of a registry as OpenMetrics if requested, otherwise in the format of the registry. */
export async function expose(
  client: PromClient,
  registry: ReadableRegistry,
  asOpenMetrics: boolean,
): Promise<Exposition> {
  if (!asOpenMetrics) return { contentType: registry.contentType, body: await registry.metrics() };
  // A registry of prom-client has one format, and changing it renames its counters permanently: so a copy is formatted.
  const copy = new client.Registry<RegistryContentType>();
  copy.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE);
  for (const reading of await registry.getMetricsAsJSON()) {
    const readOnce = {
      ...reading,
      async get() {
        return this;
      },
    };
    // A registry calls only get() of a metric.
    copy.registerMetric(readOnce as unknown as Metric);
  }
  return { contentType: copy.contentType, body: await copy.metrics() };
}

/** Whether the `Accept` header contains OpenMetrics with at least the quality of the older text format. */
export function prefersOpenMetrics(accept: string): boolean {
  let openMetrics = 0;
  let text = 0;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (type === 'application/openmetrics-text') openMetrics = Math.max(openMetrics, quality);
    if (type === 'text/plain' || type === 'text/*') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text;
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return Number.isFinite(quality) ? quality : 0;
}
