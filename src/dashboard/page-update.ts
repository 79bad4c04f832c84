/** What the stream tells an open page, as the JSON of an event. */
export interface PageUpdate {
  /** The time of the server, in milliseconds since 1970: ages are told by its clock. */
  readonly now: number;
  /** Of the script and the styles. A page that has others loads itself anew. */
  readonly build: string;
  /** Milliseconds after which there is a sign of life, whatever happens. */
  readonly heartbeat: number;
  readonly title: string;
  /** The URL of the icon. */
  readonly icon: string;
  /** The ids of the checks, in the order in which they stand. */
  readonly order: readonly string[];
  /** The HTML of the parts of the page that have changed, by their ids; of all parts in the first event. */
  readonly parts: Readonly<Record<string, string>>;
  /** What is read out to those who do not see the page: changes, and not each run. */
  readonly announce: readonly string[];
}
