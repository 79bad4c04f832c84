import type { ConfigurationFault } from './fault.js';

const MARK = Symbol.for('nest-vitals:configuration-error');

/**
 * Thrown while the application boots when the health configuration has faults. It carries all of them, so that
 * one start shows everything there is to mend.
 */
export class HealthConfigurationError extends Error {
  override readonly name = 'HealthConfigurationError';
  static {
    // On the prototype, so that the mark does not show when the error is printed.
    Object.defineProperty(this.prototype, MARK, { value: true });
  }

  constructor(readonly faults: readonly ConfigurationFault[]) {
    super(describe(faults));
  }
}

/** Recognises the error also when it comes from another copy of the package. */
export function isHealthConfigurationError(error: unknown): error is HealthConfigurationError {
  return error instanceof Error && MARK in error;
}

function describe(faults: readonly ConfigurationFault[]): string {
  const head =
    faults.length === 1
      ? 'The health configuration has a fault, so the application does not start:'
      : `The health configuration has ${faults.length} faults, so the application does not start:`;
  const lines = faults.map(
    ({ place, problem, remedy }, index) => `  ${index + 1}. ${place}: ${problem}\n     Remedy: ${remedy}`,
  );
  return [head, ...lines].join('\n');
}
