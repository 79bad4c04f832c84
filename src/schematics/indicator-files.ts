/** The names of a generated indicator. */
export interface IndicatorNames {
  /** The file name: `payments-api`. */
  readonly file: string;
  /** The class name: `PaymentsApiHealth`. */
  readonly class: string;
  /** The name in reports: `payments_api`. */
  readonly indicator: string;
}

/** Accepts `PaymentsApi`, `payments-api`, `payments_api` and `payments api`. Undefined: no valid class name results. */
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
   * Check the dependency here, and return up(), degraded('why') or down('why').
   * A thrown error means DOWN. To await the dependency, write
   * async check({ signal }: HealthCheckContext): Promise<HealthResult>
   */
  check(): HealthResult | Promise<HealthResult> {
    return unknown('not written yet');
  }
}
`;
}

/** The test also compiles for a check that is async or takes its context. */
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
