/** The options of one indicator that come from sources outside the process, in a report. */
export interface ReportedSourceOptions {
  /** The options in use, by name. Absent: there are none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Why entries are refused. The last valid options stay in use. */
  readonly refused?: readonly string[];
  /** Time since when a source of these options is unavailable. The options may be out of date. */
  readonly unavailable_since?: string;
}

/** The state of one source, in a report. The property names are those of the JSON response. */
export interface ReportedSource {
  readonly name: string;
  /** False: it is unavailable, and its last valid options remain in use. */
  readonly connected: boolean;
  /** The beginning of this state. Absent: it has neither connected nor failed yet. */
  readonly since?: string;
  /** Why it is unavailable. */
  readonly error?: string;
  /** The number of its entries that are refused. Absent: none. */
  readonly refused?: number;
  /** The number of its entries whose indicator is not registered. Absent: none. */
  readonly unknown?: number;
  /** The first names for which no indicator is registered. */
  readonly unknown_names?: readonly string[];
}
