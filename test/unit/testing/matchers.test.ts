import { healthMatchers } from 'nest-vitals/testing';
import { describe, expect, it } from 'vitest';
import 'nest-vitals/testing/vitest';

const REPORT = {
  status: 'DOWN',
  timestamp: '2026-11-20T10:30:00.000Z',
  details: {
    database: { status: 'UP', response_time_ms: 3 },
    payments: { status: 'DOWN', critical: true, error: 'connection refused', code: 'ECONNREFUSED' },
    stock: { status: 'DEGRADED', critical: false, message: 'it lags' },
  },
};

/** A response of supertest. */
const response = (status: number, body: unknown, health?: string) => ({
  status,
  body,
  headers: health === undefined ? {} : { 'x-health-status': health },
  req: { method: 'GET', path: '/health/ready' },
});
const RESPONSE = response(503, REPORT, 'DOWN');

/** A response of inject() of Fastify. */
const injected = (statusCode: number, payload: string, health?: string) => ({
  statusCode,
  payload,
  body: payload,
  headers: health === undefined ? {} : { 'x-health-status': health },
  raw: { req: { method: 'GET', url: '/health/deep' } },
});

const SHOWN = `DOWN
  database  UP
  payments  DOWN            connection refused (ECONNREFUSED)
  stock     DEGRADED        it lags`;

/** The message of a failed expectation. */
function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation passed');
}

describe('toBeReady and toBeLive', () => {
  it.each([
    ['200 UP', response(200, { status: 'UP', details: {} }, 'UP'), true],
    ['200 DEGRADED', response(200, { status: 'DEGRADED' }, 'DEGRADED'), true],
    ['a code of its own for DEGRADED', response(207, { status: 'DEGRADED' }, 'DEGRADED'), true],
    ['503', RESPONSE, false],
    ['a code of its own for DOWN', response(200, REPORT, 'DOWN'), true],
    ['of a HEAD', response(503, {}, 'DOWN'), false],
    ['in plain text', injected(200, 'UP\n', 'UP'), true],
    ['of inject()', injected(503, JSON.stringify(REPORT), 'DOWN'), false],
    ['a report', REPORT, false],
    ['a report that is DEGRADED', { ...REPORT, status: 'DEGRADED' }, true],
    ['a report that is OUT_OF_SERVICE', { ...REPORT, status: 'OUT_OF_SERVICE' }, false],
  ])('%s', (_kind, received, isPassing) => {
    expect(healthMatchers.toBeReady(received)).toMatchObject({ pass: isPassing });
    expect(healthMatchers.toBeLive(received)).toMatchObject({ pass: isPassing });
  });

  it('show the report and the request', () => {
    expect(messageOf(() => expect(RESPONSE).toBeReady())).toBe(
      `Expected the application to be ready.\n\nThe response to GET /health/ready (503): ${SHOWN}`,
    );
    expect(messageOf(() => expect({ ...REPORT, status: 'UP' }).not.toBeLive())).toBe(
      `Expected the application not to be live.\n\nThe report: ${SHOWN.replace('DOWN', 'UP')}`,
    );
  });

  it('show the reason of the application', () => {
    const closed = response(503, { status: 'OUT_OF_SERVICE', reason: 'shutting down', details: {} }, 'OUT_OF_SERVICE');
    expect(messageOf(() => expect(closed).toBeReady())).toMatch(/\(503\): OUT_OF_SERVICE \(shutting down\)$/);
  });

  it.each([
    [
      'a page of another server',
      response(404, {}),
      'The response to GET /health/ready (404) is not a health report. It has no header X-Health-Status.',
    ],
    [
      'a report of another library',
      injected(200, '{"status":"ok"}'),
      'The response to GET /health/deep (200) is not a health report.',
    ],
    [
      'a response without access',
      response(401, { error: 'unauthorized' }),
      'The response to GET /health/ready (401) is not a health report. It needs an API key: send X-Health-Key.',
    ],
    [
      'a text',
      'UP',
      'expect() received a string: use a response of a health endpoint (supertest, inject() or fetch), or a report of HealthService.',
    ],
    ['nothing', undefined, 'expect() received undefined:'],
    ['null', null, 'expect() received null:'],
    [
      'an object of another kind',
      { ready: true },
      'expect() received an object that is not a response: use a response of a health endpoint',
    ],
  ])('fail for %s, with .not too', (_kind, received, message) => {
    expect(() => expect(received).toBeReady()).toThrow(message);
    expect(() => expect(received).not.toBeReady()).toThrow(message);
  });
});

describe('toHaveHealthStatus', () => {
  it('compares the status of the whole report', () => {
    expect(RESPONSE).toHaveHealthStatus('DOWN');
    expect(RESPONSE).not.toHaveHealthStatus('OUT_OF_SERVICE');
    expect(messageOf(() => expect(RESPONSE).toHaveHealthStatus('UP'))).toContain(
      'Expected the application to have the status UP.\n\nThe response to GET /health/ready (503): DOWN\n',
    );
  });

  it('reads the header when the body has another format', () => {
    expect(response(503, { status: 'error', details: { payments: { status: 'down' } } }, 'DOWN')).toHaveHealthStatus(
      'DOWN',
    );
  });

  it('refuses an unknown status', () => {
    // @ts-expect-error: in lower case
    expect(() => expect(RESPONSE).not.toHaveHealthStatus('up')).toThrow(
      'toHaveHealthStatus: there is no status "up"; the statuses are UP, DEGRADED, UNKNOWN, OUT_OF_SERVICE, DOWN, SKIPPED',
    );
  });
});

describe('toReport', () => {
  it.each(['vitals', 'spring'])('compares the status of a part of a composite, in the format %s', (format) => {
    const replica = { status: 'DOWN', error: 'gone' };
    const report =
      format === 'vitals'
        ? { status: 'DOWN', details: { database: { status: 'DOWN', details: { replica } } } }
        : {
            status: 'DOWN',
            components: {
              database: { status: 'DOWN', components: { replica: { status: 'DOWN', details: { error: 'gone' } } } },
            },
          };
    expect(response(503, report, 'DOWN')).toReport('database', 'DOWN');
    expect(response(503, report, 'DOWN')).toReport('database/replica', 'DOWN', 'gone');
    expect(messageOf(() => expect(response(503, report, 'DOWN')).toReport('database/replica', 'UP'))).toContain(
      '  database/replica  DOWN            gone',
    );
  });

  it('compares the status of one indicator', () => {
    expect(RESPONSE).toReport('payments', 'DOWN');
    expect(RESPONSE).toReport('stock', 'DEGRADED');
    expect(RESPONSE).not.toReport('database', 'DOWN');
    expect(REPORT).toReport('payments', 'DOWN');
    expect(injected(503, JSON.stringify(REPORT), 'DOWN')).toReport('payments', 'DOWN');
  });

  it('searches the text in the error and in the message', () => {
    expect(RESPONSE).toReport('payments', 'DOWN', 'refused');
    expect(RESPONSE).toReport('payments', 'DOWN', /^connection \w+$/);
    expect(RESPONSE).toReport('stock', 'DEGRADED', 'lags');
    expect(RESPONSE).not.toReport('payments', 'DOWN', 'timed out');
    expect(RESPONSE).not.toReport('payments', 'DOWN', /^refused/);
    expect(RESPONSE).not.toReport('database', 'UP', 'slow');
  });

  it('shows the expected and the received statuses', () => {
    expect(messageOf(() => expect(RESPONSE).toReport('database', 'DOWN'))).toBe(
      `Expected the application to report database as DOWN.\n\nThe response to GET /health/ready (503): ${SHOWN}`,
    );
    expect(messageOf(() => expect(RESPONSE).not.toReport('payments', 'DOWN', /refused/))).toMatch(
      /^Expected the application not to report payments as DOWN with \/refused\/\.\n/,
    );
    expect(messageOf(() => expect(RESPONSE).toReport('payments', 'DOWN', 'late'))).toMatch(/ as DOWN with "late"\.\n/);
  });

  it('reads the format spring', () => {
    const spring = {
      status: 'DOWN',
      components: {
        payments: { status: 'DOWN', details: { error: 'refused', status: 'a value of the data' } },
        disk: { status: 'UP' },
      },
    };
    expect(response(503, spring, 'DOWN')).toReport('payments', 'DOWN', 'refused');
    expect(response(503, spring, 'DOWN')).toReport('disk', 'UP');
  });

  it.each([
    [
      'an indicator that it does not have',
      RESPONSE,
      'The report has no indicator paymets. It has database, payments, stock.',
    ],
    ['a name that every object has', RESPONSE, 'The report has no indicator toString.'],
    [
      'the view status',
      response(503, { status: 'DOWN' }, 'DOWN'),
      'The response does not show paymets. Use an endpoint with the view "components" or "full"',
    ],
    [
      'a format with other statuses',
      response(503, { status: 'error', details: { paymets: { status: 'down' } } }, 'DOWN'),
      'The response does not show paymets. Use an endpoint with the view "components" or "full"',
    ],
  ])('fails for %s, with .not too', (_kind, received, message) => {
    const name = message.includes('toString') ? 'toString' : 'paymets';
    expect(() => expect(received).toReport(name, 'DOWN')).toThrow(message);
    expect(() => expect(received).not.toReport(name, 'DOWN')).toThrow(message);
  });

  it('fails for a text that the view does not show, with .not too', () => {
    const narrow = response(503, { status: 'DOWN', details: { payments: { status: 'DOWN' } } }, 'DOWN');
    expect(narrow).toReport('payments', 'DOWN');
    const message = 'The response does not show why payments is DOWN. Use an endpoint with the view "full"';
    expect(() => expect(narrow).toReport('payments', 'DOWN', 'refused')).toThrow(message);
    expect(() => expect(narrow).not.toReport('payments', 'DOWN', 'refused')).toThrow(message);
  });

  it.each(['/health/payments', '/health/payments?format=json', '/health/deep'])(
    'asks for an API key when %s hides the reason',
    (path) => {
      const hidden = { ...response(503, { status: 'DOWN', details: { payments: { status: 'DOWN' } } }, 'DOWN') };
      const received = { ...hidden, req: { method: 'GET', path } };
      expect(() => expect(received).toReport('payments', 'DOWN', 'refused')).toThrow(
        'This endpoint shows it only to callers with access: send an API key in X-Health-Key, or set its view to "full".',
      );
    },
  );
});

describe('a response of fetch', () => {
  const fetched = (): Response =>
    new Response(JSON.stringify(REPORT), { status: 503, headers: { 'X-Health-Status': 'DOWN' } });

  it('is awaited, and can still be read', async () => {
    const received = fetched();
    await expect(received).toReport('payments', 'DOWN', 'refused');
    await expect(received).not.toBeReady();
    expect(await received.json()).toEqual(REPORT);
  });

  it('fails when the promise is awaited', async () => {
    await expect(async () => expect(Promise.resolve(fetched())).toBeReady()).rejects.toThrow(
      `Expected the application to be ready.\n\nThe response to the request (503): ${SHOWN}`,
    );
  });

  it('is refused when its body has been read', async () => {
    const received = fetched();
    await received.text();
    await expect(async () => expect(received).not.toBeReady()).rejects.toThrow(
      'The body of the response has been read already',
    );
  });
});
