import type { HealthCheckError } from '../errors/health-check.error.js';

/** A source of options outside the process. */
export interface ConfigurationSource {
  /** Name in log lines, reports and metrics. It must not contain a secret. */
  readonly name: string;
  /**
   * Follows the source until the returned function is called. It connects again by itself. Throws a
   * `HealthConfigurationError` if the application lacks something that the source needs, which stops the start.
   */
  watch(observer: ConfigurationObserver, application: SourceApplication): () => void;
}

/** The application that follows a source. */
export interface SourceApplication {
  /** The name of the service: `HealthModule.forRoot({ service: { name } })` or its default. Undefined: it has none. */
  readonly service: string | undefined;
  /** The name of this instance: `HealthSourcesModule.forRoot({ instance })` or its default. */
  readonly instance: string;
}

/**
 * The instances to which options apply: `service`, every instance of the service; `instance`, this instance only. Options of the
 * instance have precedence.
 */
export type SourceScope = 'service' | 'instance';

/** The place of one entry of a source: an indicator, and the instances to which its options apply. */
export interface SourceEntry {
  /** The name of an indicator, such as `payments` or `database/primary`. */
  readonly indicator: string;
  /** Default: `service`. */
  readonly scope?: SourceScope;
}

/** One entry of a source with its content. */
export interface SourceEntryOptions extends SourceEntry {
  /** A text with a JSON object of options, such as `{"timeout":500}`. */
  readonly options: string;
}

/** Receives the entries of a source. */
export interface ConfigurationObserver {
  /** Everything that the source contains. It replaces everything that was known before. */
  snapshot(entries: Iterable<SourceEntryOptions>): void;
  /** An entry was written. */
  put(entry: SourceEntryOptions): void;
  /** An entry was removed. */
  removed(entry: SourceEntry): void;
  /** The source responds. */
  connected(): void;
  /** The source is unavailable. Its last valid options remain in use. */
  disconnected(error: HealthCheckError): void;
  /** An error that does not end the connection. */
  failed(error: HealthCheckError): void;
}
