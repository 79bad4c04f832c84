import { Injectable, Scope } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { TerminusIndicator, type TerminusIndicatorOptions } from 'nest-vitals/terminus';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../support/start-application.js';
import { detailOf, startWith } from './support.js';

/** Exports of terminus 10 and 11 that 12 no longer has. */
class HealthCheckError extends Error {
  readonly isHealthCheckError = true;
  constructor(
    message: string,
    readonly causes: unknown,
  ) {
    super(message);
  }
}

/** An indicator in the style of terminus 10: it returns a good status, and throws a bad one. */
class OldStyleIndicator {
  protected getStatus(key: string, isHealthy: boolean, data: object = {}): Record<string, object> {
    return { [key]: { status: isHealthy ? 'up' : 'down', ...data } };
  }

  isHealthy(key: string, isHealthy: boolean, data?: object): Promise<Record<string, object>> {
    const result = this.getStatus(key, isHealthy, data);
    return isHealthy ? Promise.resolve(result) : Promise.reject(new HealthCheckError(`${key} failed`, result));
  }
}

const returning = (result: unknown, options: Partial<TerminusIndicatorOptions> = {}) =>
  TerminusIndicator('thing', { indicator: new OldStyleIndicator(), ...options, run: () => result });

const throws = (error: unknown) => (): never => {
  throw error;
};

const rejecting = (error: unknown, options: Partial<TerminusIndicatorOptions> = {}) =>
  TerminusIndicator('thing', { indicator: new OldStyleIndicator(), ...options, run: throws(error) });

const WITH_SECRET = 'password authentication failed for postgres://app:hunter2@db/orders';

describe('an indicator in the style of terminus 10 and 11', () => {
  const thing = (isHealthy: boolean) =>
    TerminusIndicator('thing', {
      indicator: OldStyleIndicator,
      method: 'isHealthy',
      args: ['dogs', isHealthy, { badboys: 2, name: 'Rex' }],
    });

  it('is UP by its result', async () => {
    const detail = await detailOf(thing(true), { providers: [OldStyleIndicator] });
    expect(detail).toMatchObject({ status: 'UP', data: { badboys: 2 } });
    expect(detail?.data).toEqual({ badboys: 2 });
  });

  it('is DOWN by the error that it throws, with the details of the error', async () => {
    const application = await startWith(thing(false), { providers: [OldStyleIndicator] });
    const response = await application.get('/health/deep');
    expect(response.body.details.thing).toMatchObject({ status: 'DOWN', error: 'check failed', data: { badboys: 2 } });
    expect(response.text).not.toContain('Rex');
    expect(application.log.text).toContain('dogs failed');
  });

  it('is DOWN by the error also if the result in it has another status', async () => {
    const detail = await detailOf(
      rejecting(new HealthCheckError('dogs failed', { dogs: { status: 'up', badboys: 2 } })),
    );
    expect(detail).toMatchObject({ status: 'DOWN', data: { badboys: 2 } });
  });

  it('is DOWN with all causes of the error', async () => {
    const causes = { dogs: { status: 'up' }, cats: { status: 'down' } };
    expect(await detailOf(rejecting(new HealthCheckError('failed', causes)))).toMatchObject({
      status: 'DOWN',
      error: 'dogs, cats: check failed',
      data: { dogs: { status: 'DOWN' }, cats: { status: 'DOWN' } },
    });
  });

  it.each([[undefined], ['a text'], [{}]])('is DOWN by an error whose causes are %j', async (causes) => {
    expect(await detailOf(rejecting(new HealthCheckError('dogs failed', causes)))).toMatchObject({
      status: 'DOWN',
      error: 'check failed',
    });
  });

  it('is DOWN by any other error, and shows only its kind', async () => {
    const error = Object.assign(new Error(WITH_SECRET), { code: 'ECONNRESET' });
    expect(await detailOf(rejecting(error))).toMatchObject({ status: 'DOWN', error: 'connection reset' });
  });
});

describe('a result that terminus ignores', () => {
  const unknown = 'the terminus indicator returned an unknown status';
  const none = 'the terminus indicator returned no result';

  it.each([
    ['a status in capitals', { dogs: { status: 'UP' } }, unknown],
    ['a word that it does not know', { dogs: { status: 'ok' } }, unknown],
    ['a status that every object has', { dogs: { status: 'constructor' } }, unknown],
    ['no status', { dogs: { healthy: true } }, unknown],
    ['a key with nothing', { dogs: null }, none],
    ['a status without a key', { status: 'up' }, none],
    ['no key', {}, none],
    ['nothing', undefined, none],
    ['yes', true, none],
    ['a list', [{ dogs: { status: 'up' } }], none],
  ])('is DOWN: %s', async (_what, result, error) => {
    expect(await detailOf(returning(result))).toMatchObject({ status: 'DOWN', error, code: 'INVALID_RESULT' });
  });

  it('is DOWN beside a result that is up', async () => {
    expect(await detailOf(returning({ dogs: { status: 'up' }, cats: { status: 'Up' } }))).toMatchObject({
      status: 'DOWN',
      error: `cats: ${unknown}`,
    });
  });
});

describe('several keys in one result', () => {
  it.each([
    ['up', 'up', 'UP'],
    ['up', 'degraded', 'DEGRADED'],
    ['degraded', 'down', 'DOWN'],
    ['up', 'down', 'DOWN'],
  ])('have the worst of their statuses: %s and %s are %s', async (dogs, cats, status) => {
    const detail = await detailOf(returning({ dogs: { status: dogs, count: 3 }, cats: { status: cats } }));
    expect(detail).toMatchObject({
      status,
      data: { dogs: { status: dogs.toUpperCase(), count: 3 }, cats: { status: cats.toUpperCase() } },
    });
  });

  it('are listed when they are down', async () => {
    const down = { status: 'down', message: 'connect ECONNREFUSED ::1:80' };
    expect(await detailOf(returning({ dogs: down, owls: { status: 'up' }, cats: down }))).toMatchObject({
      error: 'dogs, cats: connection refused',
      code: 'ECONNREFUSED',
    });
  });
});

describe('the details of a result', () => {
  const details = {
    count: 3,
    ratio: 0.5,
    isOpen: false,
    big: 12n,
    message: WITH_SECRET,
    nothing: null,
    nested: { depth: 1, text: 'hunter2', deeper: { list: [1, 'hunter2', 2], only: { text: 'hunter2' } } },
    texts: ['hunter2'],
  };
  const numbers = {
    count: 3,
    ratio: 0.5,
    isOpen: false,
    big: 12,
    nested: { depth: 1, deeper: { list: [1, 2] } },
  };

  it.each(['up', 'degraded', 'down'])('are shown without strings: %s', async (status) => {
    const detail = await detailOf(returning({ dogs: { status, ...details } }));
    expect(detail?.data).toEqual(numbers);
    expect(JSON.stringify(detail)).not.toContain('hunter2');
  });

  it('are shown with strings if the application permits it, but without credentials', async () => {
    const result = { dogs: { status: 'down', message: WITH_SECRET, name: 'Rex', password: 'hunter2' } };
    const detail = await detailOf(returning(result, { texts: true }));
    expect(detail).toMatchObject({
      error: 'password authentication failed for postgres://***@db/orders',
      data: { name: 'Rex', password: '***' },
    });
  });

  it('can be circular', async () => {
    const loop: Record<string, unknown> = { count: 1 };
    loop['self'] = loop;
    expect(await detailOf(returning({ dogs: { status: 'up', loop } }))).toMatchObject({ status: 'UP' });
  });
});

describe('a TerminusIndicator with a wrong option', () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest extends OldStyleIndicator {}

  it.each([
    [
      'neither run nor method is set',
      { indicator: OldStyleIndicator } as TerminusIndicatorOptions,
      ', run: it is missing',
    ],
    ['the options are missing', undefined as unknown as TerminusIndicatorOptions, ', indicator: it is missing'],
    [
      'run and method are set',
      { indicator: OldStyleIndicator, run: () => undefined, method: 'isHealthy' },
      'remove it, because "run" is given',
    ],
    [
      'the method does not exist',
      { indicator: OldStyleIndicator, method: 'isHappy' },
      'instead of an indicator that has the method isHappy()',
    ],
    ['no module provides the indicator', { indicator: 'DOGS', method: 'isHealthy' }, 'under the token "DOGS"'],
    ['it is request-scoped', { indicator: PerRequest, method: 'isHealthy' }, 'is request-scoped or transient'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [OldStyleIndicator, PerRequest, TerminusIndicator('thing', options)],
    });
    expect(String(error)).toContain('TerminusIndicator("thing")');
    expect(String(error)).toContain(problem);
  });
});
