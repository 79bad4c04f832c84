/** The name of an optional method of an indicator. It is called once before the application starts. A rejection stops the start. */
export const PREPARE = Symbol.for('nest-vitals:prepare');

interface Preparable {
  [PREPARE](): Promise<void>;
}

/** The preparation of an indicator. Undefined: it needs none. */
export function preparationOf(indicator: object): (() => Promise<void>) | undefined {
  return isPreparable(indicator) ? () => indicator[PREPARE]() : undefined;
}

function isPreparable(indicator: object): indicator is Preparable {
  return PREPARE in indicator && typeof indicator[PREPARE] === 'function';
}
