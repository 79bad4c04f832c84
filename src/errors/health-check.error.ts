const MARK = Symbol.for('nest-vitals:health-check-error');

/** Options of {@link HealthCheckError}. */
export interface HealthCheckErrorOptions {
  /** A short machine-readable code, at most 100 characters. Callers with the view `full` see it. Default: none. */
  readonly code?: string;
  /** Facts for the operator, reported like the data of a result. Default: none. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The underlying error. It is written to the log, and never reported. Default: none. */
  readonly cause?: unknown;
}

/**
 * An error for the reader of a report: its message, code and data are reported unchanged. For any other error that a check
 * throws, a general text is reported, because its message may contain a connection string.
 */
export class HealthCheckError extends Error {
  override readonly name = 'HealthCheckError';
  static {
    // On the prototype, so that a printed error does not show the mark.
    Object.defineProperty(this.prototype, MARK, { value: true });
  }

  readonly code: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, options: HealthCheckErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.data = options.data;
  }
}

/** Also recognises an error from another copy of the package. */
export function isHealthCheckError(error: unknown): error is HealthCheckError {
  return error instanceof Error && MARK in error;
}
