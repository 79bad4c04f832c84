/** One mistake in the health configuration: where it is, what is wrong, and what to do about it. */
export interface ConfigurationFault {
  /** Where the value comes from: a class and its module, an option's path, or an environment variable. */
  readonly place: string;
  /** What is wrong there, with the offending value. */
  readonly problem: string;
  /** What the reader should change. */
  readonly remedy: string;
}
