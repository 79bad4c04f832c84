import { expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { type AlertMessage, AlertText } from '../../../src/alerts/alert-text.js';
import { HealthStatus } from '../../../src/core/status.js';

const alert = (error = 'gone'): Alert => ({
  event: 'down',
  subject: { kind: 'indicator', name: 'stock' },
  status: HealthStatus.DOWN,
  critical: true,
  error,
  code: 'EGONE',
  since: { elapsed: 0, wall: Date.parse('2026-11-27T06:00:00.000Z') },
  at: { elapsed: 0, wall: Date.parse('2026-11-27T06:00:00.000Z') },
});
const sender = { service: { name: 'orders' }, instance: 'host-1' };
const DEFAULT = 'stock is DOWN: gone (EGONE)';

function textsOf(template: AlertMessage | undefined) {
  const errors: string[] = [];
  const texts = new AlertText(template, 'https://hooks.example', { error: (line) => errors.push(line) });
  return { errors, of: (given: Alert) => texts.of(given, sender) };
}

it('the text of an alert is the default text without a template', () => {
  expect(textsOf(undefined).of(alert())).toBe(DEFAULT);
});

it('the text of an alert comes from the template, which receives the details and is called once per alert', () => {
  const received: unknown[] = [];
  const texts = textsOf((details) => {
    received.push(details);
    return `call ${received.length}`;
  });
  const first = alert();
  expect([texts.of(first), texts.of(first), texts.of(alert())]).toEqual(['call 1', 'call 1', 'call 2']);
  expect(received[0]).toEqual({
    event: 'down',
    kind: 'indicator',
    name: 'stock',
    status: 'DOWN',
    critical: true,
    error: 'gone',
    code: 'EGONE',
    since: new Date('2026-11-27T06:00:00.000Z'),
    service: { name: 'orders' },
    instance: 'host-1',
    text: DEFAULT,
  });
});

it.each<[string, () => unknown, string]>([
  ['an object', () => ({ text: 'x' }), 'has returned object'],
  ['a promise', () => Promise.resolve('x'), 'has returned object'],
  ['nothing', () => undefined, 'has returned undefined'],
  ['null', () => null, 'has returned null'],
  ['an empty text', () => ' \n', 'has returned an empty text'],
])(
  'the text of an alert is the default text when the template returns %s, and the log says so',
  (_what, template, problem) => {
    const texts = textsOf(template as AlertMessage);
    expect(texts.of(alert())).toBe(DEFAULT);
    expect(texts.errors).toEqual([
      `The alerts for https://hooks.example have their default text, because the option "message" ${problem}`,
    ]);
  },
);

it('the text of an alert is the default text when the template throws; the log shows the first of several failures, without credentials', () => {
  let isBroken = true;
  const texts = textsOf(() => {
    if (isBroken) throw new Error('no value at postgres://user:hunter2@db/orders');
    return 'works';
  });
  expect([texts.of(alert()), texts.of(alert())]).toEqual([DEFAULT, DEFAULT]);
  expect(texts.errors).toHaveLength(1);
  expect(texts.errors[0]).toContain('because the option "message" has failed:\n');
  expect(texts.errors[0]).toContain('no value at');
  expect(texts.errors[0]).not.toContain('hunter2');

  isBroken = false;
  expect(texts.of(alert())).toBe('works');
  isBroken = true;
  texts.of(alert());
  expect(texts.errors).toHaveLength(2);
});

it('alert text: handles a rejection of a template that is an async function', async () => {
  const texts = textsOf((() => Promise.reject(new Error('late'))) as unknown as AlertMessage);
  expect(texts.of(alert())).toBe(DEFAULT);
  await new Promise((resolve) => setImmediate(resolve));
});

it('the text of an alert is limited in length', () => {
  expect(textsOf(() => 'x'.repeat(100_000)).of(alert())).toHaveLength(4000);
});
