/** A wrong command line: the message names the argument, its value and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
