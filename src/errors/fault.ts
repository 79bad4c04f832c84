/** One fault in the health configuration. */
export interface ConfigurationFault {
  /** The source of the value: a class and its module, the path of an option, or an environment variable. */
  readonly place: string;
  /** A description of the fault, with the faulty value. */
  readonly problem: string;
  /** The change that removes the fault. */
  readonly remedy: string;
}
