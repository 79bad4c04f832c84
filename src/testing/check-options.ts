import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange, optionUnknown } from '../errors/messages.js';
import { type Rule, show } from '../options/rules.js';

/** Throws one `RangeError` that lists every option that is unknown, out of range or missing. */
export function checkOptions<Options extends object>(
  place: string,
  options: Options,
  rules: { readonly [Option in keyof Options]-?: Rule },
  required: readonly (keyof Options & string)[] = [],
): void {
  const faults: ConfigurationFault[] = [];
  const known = new Map(Object.entries<Rule>(rules));
  const missing = required.filter((option) => options[option] === undefined);
  for (const [option, value] of Object.entries(options)) {
    const rule = known.get(option);
    if (!rule) faults.push(optionUnknown(place, option, [...known.keys()]));
    else if (value !== undefined && !rule.accepts(value)) {
      faults.push(optionOutOfRange(`${place}, ${option}`, show(value), rule.expected));
    }
  }
  for (const option of missing)
    faults.push(optionOutOfRange(`${place}, ${option}`, 'undefined', rules[option].expected));
  if (faults.length === 0) return;
  throw new RangeError(faults.map((fault) => `${fault.place}: ${fault.problem}; ${fault.remedy}`).join('\n'));
}
