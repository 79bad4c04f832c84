import type { Metric, Registry, RegistryContentType } from 'prom-client';
import type { PromClient } from './prom-client.js';

/** The metrics as text, and what kind of text it is. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** One of either format. */
export type ReadableRegistry = Registry<RegistryContentType>;

/** Writes the metrics of a registry as OpenMetrics, if that is wanted, or else as the registry itself would. */
export async function expose(
  client: PromClient,
  registry: ReadableRegistry,
  asOpenMetrics: boolean,
): Promise<Exposition> {
  if (!asOpenMetrics) return { contentType: registry.contentType, body: await registry.metrics() };
  // prom-client knows one format for each registry, and turning that renames the counters in it for good.
  const copy = new client.Registry<RegistryContentType>();
  copy.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE);
  for (const reading of await registry.getMetricsAsJSON()) {
    const readOnce = {
      ...reading,
      async get() {
        return this;
      },
    };
    // A registry asks no more of a metric.
    copy.registerMetric(readOnce as unknown as Metric);
  }
  return { contentType: copy.contentType, body: await copy.metrics() };
}

/** Whether a caller names OpenMetrics among what it accepts, and prefers it to the older text, or likes both as well. */
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
