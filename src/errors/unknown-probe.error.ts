/** Thrown by `HealthService` for the name of a probe, group or indicator that does not exist. */
export class UnknownProbeError extends Error {
  override readonly name = 'UnknownProbeError';

  /**
   * `known`: the accepted names. `explanation`: a sentence that replaces the general one, for a name that exists but is of
   * another kind.
   */
  constructor(
    readonly probe: string,
    known: readonly string[],
    explanation = `There is no probe, group or indicator named "${probe}".`,
  ) {
    super(`${explanation} Known names: ${known.length > 0 ? known.join(', ') : 'none'}.`);
  }
}
