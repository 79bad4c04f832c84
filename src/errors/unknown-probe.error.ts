/** Thrown by `HealthService` when it is asked for a probe, a group or an indicator that does not exist. */
export class UnknownProbeError extends Error {
  override readonly name = 'UnknownProbeError';

  constructor(
    readonly probe: string,
    known: readonly string[],
  ) {
    super(`There is no probe, group or indicator named "${probe}". Known names: ${known.join(', ')}.`);
  }
}
