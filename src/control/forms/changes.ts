import { queryParameters } from '../../extension/query-parameters.js';

/** The changes that have a form, by the value of `do` in its URL. */
export type ChangeId = 'disable' | 'end-override' | 'run' | 'refuse-traffic' | 'end-maintenance';

/** The texts and the fields of a form. */
export interface Change {
  /** True: it changes one indicator. False: it changes the traffic of the instance. */
  readonly isOfIndicator: boolean;
  /** Whether it has a reason and an end. */
  readonly hasTerms: boolean;
  /** The colour of the page: that of a status. */
  readonly className: 'degraded' | 'up' | 'unknown' | 'out';
  /** The heading before the name of the indicator, and after it. */
  readonly heading: readonly [before: string, after: string];
  readonly effect: string;
  readonly button: (indicator: string) => string;
}

export const CHANGES: Readonly<Record<ChangeId, Change>> = {
  disable: {
    isOfIndicator: true,
    hasTerms: true,
    className: 'degraded',
    heading: ['Disable ', ''],
    effect:
      'The check is not called, and reports show it as skipped, also when the dependency fails. It runs again when the time is over.',
    button: (indicator) => `Disable ${indicator}`,
  },
  'end-override': {
    isOfIndicator: true,
    hasTerms: false,
    className: 'up',
    heading: ['End the override of ', ''],
    effect: 'The options of the configuration apply again.',
    button: () => 'End the override',
  },
  run: {
    isOfIndicator: true,
    hasTerms: false,
    className: 'unknown',
    heading: ['Run ', ' now'],
    effect: 'The check runs once, however fresh its result is. No option changes.',
    button: (indicator) => `Run ${indicator}`,
  },
  'refuse-traffic': {
    isOfIndicator: false,
    hasTerms: true,
    className: 'out',
    heading: ['Refuse traffic', ''],
    effect:
      'The probe "ready" of this instance fails with the reason, so balancers send it no more requests. The process keeps running, and "live" does not change.',
    button: () => 'Refuse traffic',
  },
  'end-maintenance': {
    isOfIndicator: false,
    hasTerms: false,
    className: 'up',
    heading: ['End the maintenance', ''],
    effect: 'Balancers send requests to this instance again, unless it has other reasons to refuse them.',
    button: () => 'End the maintenance',
  },
};

/** The selectable times, in the form of the option `expiresIn`. */
export const TIMES = {
  '15m': '15 minutes',
  '30m': '30 minutes',
  '1h': '1 hour',
  '2h': '2 hours',
  '4h': '4 hours',
  '8h': '8 hours',
  '24h': '24 hours',
} as const;
export const DEFAULT_TIME = '30m';

/** The form in the URL of a request. Undefined: there is none. */
export function targetOf(url: string): ChangeTarget | undefined {
  const parameters = queryParameters(url);
  const id = parameters.get('do') ?? '';
  if (!Object.hasOwn(CHANGES, id)) return undefined;
  const indicator = parameters.get('check') ?? '';
  const { isOfIndicator } = CHANGES[id as ChangeId];
  return isOfIndicator === (indicator !== '') ? { id: id as ChangeId, indicator } : undefined;
}

/** A change, and its indicator. An empty name: the change affects the traffic. */
export interface ChangeTarget {
  readonly id: ChangeId;
  readonly indicator: string;
}

/** The URL of a form, relative to the path of the endpoints. */
export function urlOf({ id, indicator }: ChangeTarget): string {
  const check = indicator === '' ? '' : `&check=${encodeURIComponent(indicator)}`;
  return `control/form?do=${id}${check}`;
}
