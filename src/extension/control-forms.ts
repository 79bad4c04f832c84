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
  /** The changes that are currently possible. */
  linksOf(indicator: string): readonly FormLink[];
  /** The currently possible changes of the traffic of the whole instance. */
  readonly trafficLinks: readonly FormLink[];
  /** Called once by the page. The head of each form shows the title and the instance of the page. */
  linkFrom(page: LinkingPage): void;
  /** One sentence about a recent change. `id`: the value of `RESULT` in the URL. Undefined: the id is unknown. */
  resultOf(id: string): string | undefined;
}

/** The parameter in the URL of a page with the id of a result. */
export const RESULT = 'result';
