import { readFileSync } from 'node:fs';
import { HealthModule, type ServiceInfo, type ServiceOptions } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn } from '../support/responses.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const UNSET: Readonly<Record<string, undefined>> = Object.fromEntries(
  [
    'SERVICE_NAME',
    'OTEL_SERVICE_NAME',
    'SERVICE_VERSION',
    'DEPLOYMENT_ENVIRONMENT',
    'NODE_ENV',
    'GIT_COMMIT',
    'COMMIT_SHA',
    'SOURCE_VERSION',
    'GITHUB_SHA',
  ].map((name) => [name, undefined]),
);

describe.each(ADAPTERS)('the identity of the service on %s', (adapter) => {
  const infoOf = async (
    variables: Readonly<Record<string, string>>,
    service?: ServiceOptions,
  ): Promise<{ readonly info: ServiceInfo; readonly version: unknown }> => {
    setVariables({ ...UNSET, ...variables });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot(service ? { service } : {})],
    });
    const ready = await application.get('/health/ready');
    expect((await application.get('/health/live')).text).toBe('{"status":"UP"}');
    return { info: reportIn(ready).service_info, version: ready.headers['x-service-version'] };
  };
  const uptime = { uptime_seconds: expect.any(Number) as unknown };
  const everywhere = { name: 'orders', version: '1.4.2', environment: 'staging', commit: 'abc123' };

  it('comes from the options, which have precedence over the environment', async () => {
    const variables = {
      SERVICE_NAME: 'other',
      SERVICE_VERSION: '9.9.9',
      DEPLOYMENT_ENVIRONMENT: 'other',
      GIT_COMMIT: 'other',
    };
    const { info, version } = await infoOf(variables, everywhere);
    expect(info).toEqual({ ...everywhere, ...uptime });
    expect(version).toBe('1.4.2');
  });

  it('comes from the environment', async () => {
    const { info, version } = await infoOf({
      SERVICE_NAME: 'orders',
      SERVICE_VERSION: '1.4.2',
      DEPLOYMENT_ENVIRONMENT: 'staging',
      GIT_COMMIT: 'abc123',
    });
    expect(info).toEqual({ ...everywhere, ...uptime });
    expect(version).toBe('1.4.2');
  });

  it.each<[keyof ServiceOptions, readonly string[]]>([
    ['name', ['SERVICE_NAME', 'OTEL_SERVICE_NAME']],
    ['environment', ['DEPLOYMENT_ENVIRONMENT', 'NODE_ENV']],
    ['commit', ['GIT_COMMIT', 'COMMIT_SHA', 'SOURCE_VERSION', 'GITHUB_SHA']],
  ])('has %s from the first variable that is set', async (field, names) => {
    for (const [index, name] of names.entries()) {
      const variables = Object.fromEntries(names.slice(index).map((each) => [each, each.toLowerCase()]));
      expect((await infoOf(variables)).info[field]).toBe(name.toLowerCase());
    }
  });

  it('treats an empty variable as unset', async () => {
    const { info } = await infoOf({ SERVICE_NAME: '', OTEL_SERVICE_NAME: 'orders', GIT_COMMIT: '' });
    expect(info.name).toBe('orders');
    expect(info).not.toHaveProperty('commit');
  });

  it('reads name and version from the package.json of the application, and omits unknown values', async () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };
    const { info, version } = await infoOf({});
    expect(info).toEqual({ name: manifest.name, version: manifest.version, ...uptime });
    expect(version).toBe(manifest.version);
  });

  it('can be set in part by the options, while the other values have their other sources', async () => {
    const { info } = await infoOf(
      { NODE_ENV: 'staging', COMMIT_SHA: 'abc123', SERVICE_VERSION: '1.4.2' },
      { name: 'orders' },
    );
    expect(info).toEqual({ ...everywhere, ...uptime });
  });

  it('has uptime_seconds as a whole number of seconds', async () => {
    const { info } = await infoOf({});
    expect(Number.isInteger(info.uptime_seconds)).toBe(true);
    expect(info.uptime_seconds).toBeLessThanOrEqual(process.uptime());
  });
});
