import { expect, it } from 'vitest';
import { prometheusText } from '../../../src/metrics/prometheus-text.js';

it('writes help, type and series, and escapes line ends, backslashes and quotes', () => {
  const text = prometheusText(
    [
      {
        kind: 'gauge',
        name: 'fleet.age',
        help: 'One\nC:\\ "quoted"',
        unit: 's',
        read(source: { readonly age: number }, observe) {
          observe(source.age, { service: 'a "b"\\c\nd', phase: 'lost' });
          observe(0, {});
        },
      },
      { kind: 'sum', name: 'fleet.none', help: 'Nothing.', unit: '{none}', read: () => undefined },
    ],
    { age: 1.5 },
  );
  expect(text).toBe(
    [
      '# HELP health_fleet_age_seconds One\\nC:\\\\ "quoted"',
      '# TYPE health_fleet_age_seconds gauge',
      'health_fleet_age_seconds{service="a \\"b\\"\\\\c\\nd",phase="lost"} 1.5',
      'health_fleet_age_seconds 0',
      '# HELP health_fleet_none Nothing.',
      '# TYPE health_fleet_none gauge',
      '',
    ].join('\n'),
  );
});
