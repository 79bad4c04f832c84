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
  return `import { HealthIndicator, type HealthResult, up } from 'nest-vitals';

@HealthIndicator('${indicator}')
export class ${className} implements HealthIndicator {
  /**
   * Ask here what this indicator stands for, and return up(), degraded('why')
   * or down('why'). It may be async, and a throw means DOWN. Hand the signal on
   * to whatever does the waiting: check({ signal }: HealthCheckContext).
   */
  check(): HealthResult {
    return up();
  }
}
`;
}

export function testSource({ class: className, file }: IndicatorNames, ending: string): string {
  return `import { Test } from '@nestjs/testing';
import { ${className} } from './${file}.health${ending}';

describe('${className}', () => {
  it('is up', async () => {
    const module = await Test.createTestingModule({
      providers: [${className}],
    }).compile();

    const { status } = module.get(${className}).check();
    expect(status).toBe('UP');
  });
});
`;
}
