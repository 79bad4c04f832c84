/** The names that an indicator has in its various places. */
export interface IndicatorNames {
  /** Of the file: `payments-api`. */
  readonly file: string;
  /** Of the class: `PaymentsApiHealth`. */
  readonly class: string;
  /** In reports: `payments_api`. */
  readonly indicator: string;
}

/** Takes `PaymentsApi`, `payments-api`, `payments_api` and `payments api` alike. Undefined: no class can have that name. */
export function namesOf(given: string): IndicatorNames | undefined {
  const words = given
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s._-]+/)
    .filter((word) => word !== '');
  if (!/^[a-z][a-z0-9]*$/.test(words.join('')) || words.join('_').length > 64) return undefined;
  return {
    file: words.join('-'),
    class: `${words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')}Health`,
    indicator: words.join('_'),
  };
}

export function indicatorSource({ class: className, indicator }: IndicatorNames): string {
  return `import { HealthIndicator, type HealthResult, unknown } from 'nest-vitals';

@HealthIndicator('${indicator}')
export class ${className} implements HealthIndicator {
  /**
   * Ask the dependency here, and return up(), degraded('why') or down('why').
   * An error that is thrown means DOWN. The form that waits for an answer is
   * async check({ signal }: HealthCheckContext): Promise<HealthResult>
   */
  check(): HealthResult | Promise<HealthResult> {
    return unknown('not written yet');
  }
}
`;
}

/** Passes for a check that is async or takes its context, too: both are what the check is meant to become. */
export function testSource({ class: className, file }: IndicatorNames, ending: string): string {
  return `import { Test } from '@nestjs/testing';
import type { HealthIndicator } from 'nest-vitals';
import { ${className} } from './${file}.health${ending}';

describe('${className}', () => {
  it('is UNKNOWN until it is written', async () => {
    const module = await Test.createTestingModule({
      providers: [${className}],
    }).compile();
    const indicator: HealthIndicator = module.get(${className});

    const result = await indicator.check({
      name: 'test',
      signal: AbortSignal.timeout(1000),
      timeout: 1000,
      attach: () => undefined,
    });
    expect(result).toMatchObject({ status: 'UNKNOWN' });
  });
});
`;
}
