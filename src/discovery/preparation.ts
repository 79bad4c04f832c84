/** The name of a method that an indicator may have: called once, before the application starts; it rejects if it must not. */
export const PREPARE = Symbol.for('nest-vitals:prepare');

interface Preparable {
  [PREPARE](): Promise<void>;
}

/** What has to be done before an indicator can be asked. Undefined: nothing. */
export function preparationOf(indicator: object): (() => Promise<void>) | undefined {
  return isPreparable(indicator) ? () => indicator[PREPARE]() : undefined;
}

function isPreparable(indicator: object): indicator is Preparable {
  return PREPARE in indicator && typeof indicator[PREPARE] === 'function';
}
