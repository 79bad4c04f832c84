import type { HealthPort } from './health-port.js';

/** A link from a page to a form in which an operator makes one change. */
export interface FormLink {
  readonly label: string;
  /** The URL, relative to the path of the endpoints. */
  readonly url: string;
}

/** The page that links to the forms. */
export interface LinkingPage {
  readonly title: string;
  readonly instance: string;
}

/** The forms of a module that changes the application, for pages that link to them. */
export interface ControlForms {
  /** Whether the port serves the forms. */
  isServedOn(port: HealthPort): boolean;
  /** The changes that are possible at present. */
  linksOf(indicator: string): readonly FormLink[];
  /** The same for the traffic of the whole instance. */
  readonly trafficLinks: readonly FormLink[];
  /** Called once by the page, whose names the head of each form repeats. */
  linkFrom(page: LinkingPage): void;
  /** One sentence about a change that was just made. `id`: the value of `RESULT` in the URL. Undefined: it is not known. */
  resultOf(id: string): string | undefined;
}

/** The parameter in the URL of a page with the id of a result. */
export const RESULT = 'result';
