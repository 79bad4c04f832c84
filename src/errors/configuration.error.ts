import type { ConfigurationFault } from './fault.js';

const MARK = Symbol.for('nest-vitals:configuration-error');

/**
 * Thrown when the health configuration has faults: while the application starts, or by a change of the running application,
 * which then has no effect. It contains all faults, so that one start shows everything that needs a change.
 */
export class HealthConfigurationError extends Error {
  override readonly name = 'HealthConfigurationError';
  static {
    // On the prototype, so that a printed error does not show the mark.
    Object.defineProperty(this.prototype, MARK, { value: true });
  }

  /** Every fault, in the order of the message. Not enumerable. */
  declare readonly faults: readonly ConfigurationFault[];

  /** `subject`: the faulty configuration. `consequence` follows it in the message. Default: the application does not start. */
  constructor(
    faults: readonly ConfigurationFault[],
    subject = 'The health configuration',
    consequence = 'so the application does not start',
  ) {
    super(describeFaults(subject, faults, consequence));
    // Not enumerable, because Node prints the enumerable properties of an uncaught error, and the message names the faults already.
    Object.defineProperty(this, 'faults', { value: faults });
  }
}

/** Also recognises an error from another copy of the package. */
export function isHealthConfigurationError(error: unknown): error is HealthConfigurationError {
  return error instanceof Error && MARK in error;
}

/** The text of an error or of a log entry for these faults. It begins with `subject` and `consequence`. */
export function describeFaults(subject: string, faults: readonly ConfigurationFault[], consequence: string): string {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const lines = faults.map(
    ({ place, problem, remedy }, index) => `  ${index + 1}. ${place}: ${problem}\n     Remedy: ${remedy}`,
  );
  return [`${subject} has ${count}, ${consequence}:`, ...lines].join('\n');
}
