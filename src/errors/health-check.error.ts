const MARK = Symbol.for('nest-vitals:health-check-error');

/** What a {@link HealthCheckError} may carry besides its message. */
export interface HealthCheckErrorOptions {
  /** A short machine-readable code, shown to every caller that may see details. */
  readonly code?: string;
  /** Facts for the operator, shown like the data of a result. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The error behind this one. It is written to the log and never shown. */
  readonly cause?: unknown;
}

/**
 * An error whose words were chosen for the reader of a report: its message, code and data are shown as they are.
 * Any other error that a check throws is reduced to a text of a known kind, because its message may hold a
 * connection string.
 */
export class HealthCheckError extends Error {
  override readonly name = 'HealthCheckError';
  static {
    // On the prototype, so that the mark does not show when the error is printed.
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

/** Recognises the error also when it comes from another copy of the package. */
export function isHealthCheckError(error: unknown): error is HealthCheckError {
  return error instanceof Error && MARK in error;
}
