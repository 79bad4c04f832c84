import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import type { HealthIndicator } from 'nest-vitals';
import * as builtIn from 'nest-vitals/indicators';
import { describe, expect, it } from 'vitest';
import { getIndicatorMetadata } from '../../../src/discovery/indicator-metadata.js';

type IndicatorFunction = (name: string, options: object) => Type<HealthIndicator>;

const INTEGRATIONS = join(import.meta.dirname, '../../../src/integrations');
const UNKNOWN = 'qqqqqqqqqqqqqqqq';

function functionsIn(exports: object): [string, IndicatorFunction][] {
  return Object.entries(exports).filter(
    (entry): entry is [string, IndicatorFunction] => typeof entry[1] === 'function' && entry[0].endsWith('Indicator'),
  );
}

const integrations = await Promise.all(
  readdirSync(INTEGRATIONS).map(async (folder) => {
    const url = pathToFileURL(join(INTEGRATIONS, folder, 'index.ts')).href;
    return functionsIn((await import(/* @vite-ignore */ url)) as object);
  }),
);
const functions = [...functionsIn(builtIn), ...integrations.flat()];

/** The remedy for an unknown option. Other faults, such as a missing option, are ignored. */
function remedyFor(indicator: IndicatorFunction, option: string): string {
  const { faults = [] } = getIndicatorMetadata(indicator('tested', { [option]: 1 })) ?? {};
  return faults.find(({ problem }) => problem === `there is no option "${option}"`)?.remedy ?? '';
}

function optionsOf(indicator: IndicatorFunction): string[] {
  return remedyFor(indicator, UNKNOWN).replace('the options are ', '').split(', ');
}

/** Adds a wrong letter before the last one, like a typing error. */
const misspell = (option: string): string => `${option.slice(0, -1)}q${option.slice(-1)}`;

it('the option suggestions are tested for built-in indicators and for integrations', () => {
  expect(functions.length).toBeGreaterThanOrEqual(28);
  expect(functions.map(([name]) => name)).toEqual(expect.arrayContaining(['HttpIndicator', 'PgIndicator']));
});

describe.each(functions)('%s', (_name, indicator) => {
  it("suggests the option for a misspelt name, also for the indicator's own options", () => {
    const options = optionsOf(indicator);
    expect(options).toEqual(expect.arrayContaining(['timeout', 'critical']));
    for (const option of options) {
      expect(remedyFor(indicator, misspell(option))).toBe(
        `did you mean "${option}"? the options are ${options.join(', ')}`,
      );
    }
  });

  it('suggests nothing for a name that is not similar', () => {
    expect(remedyFor(indicator, UNKNOWN)).toMatch(/^the options are /);
  });
});
