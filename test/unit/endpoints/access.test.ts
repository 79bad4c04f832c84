import { afterEach, describe, expect, it, vi } from 'vitest';
import { Access } from '../../../src/endpoints/access.js';
import { RateLimiter } from '../../../src/endpoints/rate-limit/rate-limiter.js';
import type { AccessOptions, HealthRequest } from '../../../src/options/health-module-options.js';
import type { HealthView } from '../../../src/options/view.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { healthRequest } from '../../support/health-request.js';
import { latch, never } from '../../support/latch.js';

/** The milliseconds that authorize may take. */
const PATIENCE = 400;

function accessOf(
  { apiKeys = [], authorize }: { apiKeys?: readonly string[]; authorize?: unknown },
  faults: unknown[] = [],
): Access {
  const settings = { apiKeys, authorize: authorize as AccessOptions['authorize'] };
  return new Access(settings, (fault) => faults.push(fault));
}

const viewWith = (access: Access, headers: HealthRequest['headers']): Promise<HealthView | undefined> =>
  access.viewFor(healthRequest('/health/deep', headers), PATIENCE);

describe('Access', () => {
  useFakeClock();
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('by keys', () => {
    const access = accessOf({ apiKeys: ['first', 'second', 'third'] });

    it.each<[string, HealthRequest['headers']]>([
      ['a header of its own', { 'x-health-key': 'second' }],
      ['the first of the keys', { 'x-health-key': 'first' }],
      ['the last of the keys', { 'x-health-key': 'third' }],
      ['a bearer token', { authorization: 'Bearer second' }],
      ['a bearer token in other letters, with more blanks', { authorization: 'bEARER   second' }],
      ['the header of its own beside another authorization', { 'x-health-key': 'second', authorization: 'Basic abc' }],
      [
        'a bearer token beside a header that came twice',
        { 'x-health-key': ['x', 'y'], authorization: 'Bearer second' },
      ],
    ])('accepts %s', async (_how, headers) => {
      await expect(viewWith(access, headers)).resolves.toBe('full');
    });

    it.each(['schlüssel', 'clé à', 'ключ', '鍵'])('accepts a key that is not ASCII: %s', async (key) => {
      const keyed = accessOf({ apiKeys: ['other', key] });
      const utf8 = Buffer.from(key).toString('latin1');
      const basic = `Basic ${Buffer.from(`user:${key}`).toString('base64')}`;
      for (const headers of [{ 'x-health-key': utf8 }, { authorization: `Bearer ${utf8}` }, { authorization: basic }]) {
        await expect(viewWith(keyed, headers)).resolves.toBe('full');
      }
      await expect(viewWith(keyed, { 'x-health-key': `${utf8}x` })).resolves.toBeUndefined();
    });

    it('accepts a key that was sent as Latin-1', async () => {
      const keyed = accessOf({ apiKeys: ['schlüssel'] });
      const basic = `Basic ${Buffer.from('user:schlüssel', 'latin1').toString('base64')}`;
      for (const headers of [{ 'x-health-key': 'schlüssel' }, { authorization: basic }]) {
        await expect(viewWith(keyed, headers)).resolves.toBe('full');
      }
    });

    it.each<[string, HealthRequest['headers']]>([
      ['no key', {}],
      ['a wrong key', { 'x-health-key': 'fourth' }],
      ['an empty key', { 'x-health-key': '' }],
      ['a part of a key', { 'x-health-key': 'firs' }],
      ['more than a key', { 'x-health-key': 'first ' }],
      ['all keys in one', { 'x-health-key': 'first,second,third' }],
      ['a key that came twice', { 'x-health-key': ['first', 'first'] }],
      ['an authorization that came twice', { authorization: ['Bearer first', 'Bearer first'] }],
      ['another scheme', { authorization: 'Basic first' }],
      ['a key without a scheme', { authorization: 'first' }],
      ['a bearer token of two words', { authorization: 'Bearer first second' }],
      ['a bearer token without a token', { authorization: 'Bearer ' }],
      ['something before the scheme', { authorization: 'x Bearer first' }],
      ['a wrong key beside a right token', { 'x-health-key': 'fourth', authorization: 'Bearer first' }],
    ])('does not accept %s', async (_how, headers) => {
      await expect(viewWith(access, headers)).resolves.toBeUndefined();
    });

    it('refuses an empty key when no keys are configured', async () => {
      await expect(viewWith(accessOf({}), { 'x-health-key': '' })).resolves.toBeUndefined();
    });

    it('is sufficient without a call of authorize', async () => {
      const authorize = vi.fn<() => boolean>().mockReturnValue(false);
      const both = accessOf({ apiKeys: ['first'], authorize });
      await expect(viewWith(both, { 'x-health-key': 'first' })).resolves.toBe('full');
      expect(authorize).not.toHaveBeenCalled();
    });
  });

  describe('by authorize', () => {
    it('passes the request', async () => {
      const authorize = vi.fn<(request: HealthRequest) => boolean>().mockReturnValue(true);
      const request = healthRequest('/health/deep', { cookie: 'a' });
      await accessOf({ authorize }).viewFor(request, PATIENCE);
      expect(authorize).toHaveBeenCalledExactlyOnceWith(request);
    });

    it.each([
      [true, 'full'],
      ['full', 'full'],
      ['components', 'components'],
      ['status', 'status'],
      [false, undefined],
      [undefined, undefined],
      [null, undefined],
      [1, undefined],
      ['true', undefined],
      ['FULL', undefined],
      ['everything', undefined],
      [{}, undefined],
      [['full'], undefined],
    ])('treats the result %j as %s, at once or by a promise', async (decision, view) => {
      const faults: unknown[] = [];
      await expect(accessOf({ authorize: () => decision }, faults).viewFor(healthRequest(), PATIENCE)).resolves.toBe(
        view,
      );
      await expect(
        accessOf({ authorize: () => Promise.resolve(decision) }, faults).viewFor(healthRequest(), PATIENCE),
      ).resolves.toBe(view);
      expect(faults).toStrictEqual([]);
    });

    it('is called when the key is wrong', async () => {
      const access = accessOf({ apiKeys: ['first'], authorize: () => 'components' });
      await expect(viewWith(access, { 'x-health-key': 'fourth' })).resolves.toBe('components');
    });

    it.each([
      [
        'throws',
        (fault: Error) => () => {
          throw fault;
        },
      ],
      ['rejects', (fault: Error) => () => Promise.reject(fault)],
    ])('treats the caller as unauthenticated when it %s, and reports the reason', async (_how, failing) => {
      const faults: unknown[] = [];
      const fault = new Error('authorize');
      await expect(
        accessOf({ authorize: failing(fault) }, faults).viewFor(healthRequest(), PATIENCE),
      ).resolves.toBeUndefined();
      expect(faults).toStrictEqual([fault]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('treats the caller as unauthenticated when it does not return in time', async () => {
      const faults: unknown[] = [];
      const responded = vi.fn<(view: unknown) => void>();
      void accessOf({ authorize: never }, faults).viewFor(healthRequest(), PATIENCE).then(responded);
      await advance(399);
      expect(responded).not.toHaveBeenCalled();
      await advance(1);
      expect(responded).toHaveBeenCalledExactlyOnceWith(undefined);
      expect(faults).toStrictEqual([new Error('authorize took longer than 400 ms')]);
    });

    it('is ignored when it settles after the limit', async () => {
      const faults: unknown[] = [];
      for (const settle of ['open', 'fail'] as const) {
        const late = latch<unknown>();
        const view = accessOf({ authorize: () => late.promise }, faults).viewFor(healthRequest(), PATIENCE);
        await advance(400);
        late[settle](true);
        await expect(view).resolves.toBeUndefined();
      }
      expect(faults).toHaveLength(2);
    });

    it('leaves no timer when it settles in time', async () => {
      const decision = latch<unknown>();
      const view = accessOf({ authorize: () => decision.promise }).viewFor(healthRequest(), PATIENCE);
      await advance(399);
      decision.open(true);
      await expect(view).resolves.toBe('full');
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('with a limit of wrong keys', () => {
    const limited = (authorize?: unknown): { readonly access: Access; readonly limiter: RateLimiter } => {
      const limiter = new RateLimiter('failed-keys', { requests: 2, window: 60_000 });
      const settings = { apiKeys: ['first'], authorize: authorize as AccessOptions['authorize'] };
      return { access: new Access(settings, () => undefined, limiter), limiter };
    };
    const wrong = { 'x-health-key': 'fourth' };
    const right = { 'x-health-key': 'first' };

    it('compares no key from an address that has sent too many wrong keys', async () => {
      const { access } = limited();
      for (let count = 0; count < 10; count += 1) await expect(viewWith(access, right)).resolves.toBe('full');
      for (let count = 0; count < 2; count += 1) await expect(viewWith(access, wrong)).resolves.toBeUndefined();
      await expect(viewWith(access, right)).resolves.toBeUndefined();
      await advance(30_000);
      await expect(viewWith(access, right)).resolves.toBe('full');
    });

    it('does not count a request without a key', async () => {
      const { access, limiter } = limited();
      for (const headers of [{}, { authorization: 'Negotiate abc' }, { cookie: 'x-health-key=fourth' }]) {
        for (let count = 0; count < 5; count += 1) await viewWith(access, headers);
      }
      expect(limiter.isUnused).toBe(true);
      await expect(viewWith(access, right)).resolves.toBe('full');
    });

    it('does not count a credential that authorize accepts, and still calls authorize above the limit', async () => {
      const { access } = limited(({ headers }: HealthRequest) => headers['x-team'] === 'operations');
      const accepted = { ...wrong, 'x-team': 'operations' };
      for (let count = 0; count < 10; count += 1) await expect(viewWith(access, accepted)).resolves.toBe('full');
      for (let count = 0; count < 2; count += 1) await viewWith(access, wrong);
      await expect(viewWith(access, right)).resolves.toBeUndefined();
      await expect(viewWith(access, accepted)).resolves.toBe('full');
      await expect(viewWith(access, right)).resolves.toBeUndefined();
    });

    it('counts a key while authorize decides, so that many simultaneous keys are limited too', async () => {
      const decision = latch<unknown>();
      const { access } = limited(() => decision.promise);
      const views = ['a', 'b', 'c', 'first'].map((key) => viewWith(access, { 'x-health-key': key }));
      decision.open(false);
      expect(await Promise.all(views)).toStrictEqual([undefined, undefined, undefined, undefined]);
    });

    it('returns the quota of a request whose key was not compared', async () => {
      const { access } = limited();
      const requests = [wrong, wrong, right, {}].map((headers) => healthRequest('/health/deep', headers));
      for (const request of requests) await access.viewFor(request, PATIENCE);
      expect(requests.map((request) => access.slowedBy(request)?.headers['retry-after'])).toStrictEqual([
        undefined,
        undefined,
        '30',
        undefined,
      ]);
    });
  });

  it('recognises no caller without options, which is not a fault', async () => {
    const faults: unknown[] = [];
    const view = accessOf({}, faults).viewFor(healthRequest('/', { authorization: 'Bearer x' }), PATIENCE);
    await expect(view).resolves.toBeUndefined();
    expect(faults).toStrictEqual([]);
  });
});

describe('the timer of authorize', () => {
  it('does not keep the process alive', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const decision = latch<unknown>();
    const view = accessOf({ authorize: () => decision.promise }).viewFor(healthRequest(), PATIENCE);
    const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timer?.hasRef()).toBe(false);
    decision.open(true);
    await view;
    timers.mockRestore();
  });
});
