import { optionUnknown } from '../errors/messages.js';
import { Faults } from '../options/faults.js';
import type { Rule } from '../options/rules.js';

/** Throws one `RangeError` that lists every option that is unknown, out of range or missing. */
export function checkOptions<Options extends object>(
  place: string,
  options: Options,
  rules: { readonly [Option in keyof Options]-?: Rule },
  required: readonly (keyof Options & string)[] = [],
): void {
  const at = new Faults().at(place);
  const known = new Map(Object.entries<Rule>(rules));
  const missing = required.filter((option) => options[option] === undefined);
  for (const [option, value] of Object.entries(options)) {
    const rule = known.get(option);
    if (!rule) at.add(optionUnknown(place, option, [...known.keys()]));
    else if (value !== undefined && !rule.accepts(value)) at.option(option).outOfRange(value, rule);
  }
  for (const option of missing) at.option(option).missing(rules[option]);
  const { list, isEmpty } = at.faults;
  if (isEmpty) return;
  throw new RangeError(list.map((fault) => `${fault.place}: ${fault.problem}; ${fault.remedy}`).join('\n'));
}
