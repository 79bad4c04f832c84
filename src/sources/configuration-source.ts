import type { HealthCheckError } from '../errors/health-check.error.js';

/** A source of options outside the process. */
export interface ConfigurationSource {
  /** Name in log lines. It must not contain a secret. */
  readonly name: string;
  /** Follows the source until the returned function is called. It connects again by itself. */
  watch(observer: ConfigurationObserver): () => void;
}

/** Receives the options of a source: for the name of each indicator, a text with a JSON object of options. */
export interface ConfigurationObserver {
  /** Everything that the source contains. */
  snapshot(options: ReadonlyMap<string, string>): void;
  put(indicator: string, options: string): void;
  removed(indicator: string): void;
  connected(): void;
  /** The source is away. Its last options stay. */
  disconnected(error: HealthCheckError): void;
  /** An error that does not end the connection. */
  failed(error: HealthCheckError): void;
}
