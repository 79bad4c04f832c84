import { Inject, Injectable } from '@nestjs/common';
import { HEALTH_ENDPOINTS, type HealthEndpoints, HealthModule, type HealthModuleOptions } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { ApiDocument } from '../support/api-document.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, createApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

/** Whether an application adds the endpoint `metrics`. Read when its providers are created. */
let hasMetrics = false;

@Injectable()
class Metrics {
  constructor(@Inject(HEALTH_ENDPOINTS) endpoints: HealthEndpoints) {
    if (!hasMetrics) return;
    endpoints.describe({ name: 'metrics', access: 'public', summary: 's', description: 'd', responses: [] });
    endpoints.add({
      name: 'metrics',
      access: 'public',
      respond: () => ({ statusCode: 200, contentType: 'text/plain', body: 'up 1' }),
    });
  }
}

describe.each(ADAPTERS)('two applications of one process with the same root module on %s', (adapter) => {
  it('each have the routes of their own options, also when both applications are created before either is initialised', async () => {
    let options: HealthModuleOptions = {};
    const shared = moduleNamed('AppModule', {
      imports: [HealthModule.forRootAsync({ useFactory: () => options })],
    });
    options = { endpoints: { ready: { path: 'readiness' } } };
    const first = await createApplication(adapter, { imports: [shared] });
    options = { path: 'status', endpoints: { deep: false } };
    const second = await createApplication(adapter, { imports: [shared] });
    await first.listen();
    await second.listen();

    const statusCodes = async (application: typeof first, paths: readonly string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await application.get(path)).status));
    expect(await statusCodes(first, ['/health/readiness', '/health/deep'])).toEqual([200, 200]);
    expect(await statusCodes(first, ['/health/ready', '/status/live', '/status/ready'])).toEqual([404, 404, 404]);
    expect(await statusCodes(second, ['/status/ready', '/status/live'])).toEqual([200, 200]);
    expect(await statusCodes(second, ['/status/deep', '/status/readiness', '/health/live'])).toEqual([404, 404, 404]);
  });

  it('each have the routes of their own options with a copy of the dynamic module', async () => {
    let options: HealthModuleOptions = {};
    const health = { ...HealthModule.forRootAsync({ useFactory: () => options }) };
    const first = await createApplication(adapter, { imports: [health] });
    options = { path: 'status' };
    const second = await createApplication(adapter, { imports: [health] });
    await first.listen();
    await second.listen();
    expect([(await first.get('/health/live')).status, (await first.get('/status/live')).status]).toEqual([200, 404]);
    expect([(await second.get('/health/live')).status, (await second.get('/status/live')).status]).toEqual([404, 200]);
  });

  it('each have the routes that the environment set at their start', async () => {
    const shared = moduleNamed('AppModule', { imports: [HealthModule.forRoot()] });
    setVariables({ HEALTH_PATH: 'one' });
    const first = await startApplication(adapter, { imports: [shared] });
    setVariables({ HEALTH_PATH: 'two' });
    const second = await startApplication(adapter, { imports: [shared] });
    expect([(await first.get('/one/live')).status, (await first.get('/two/live')).status]).toEqual([200, 404]);
    expect([(await second.get('/one/live')).status, (await second.get('/two/live')).status]).toEqual([404, 200]);
  });

  it('describe their own endpoints only', async () => {
    const shared = moduleNamed('AppModule', { imports: [HealthModule.forRoot()], providers: [Metrics] });
    hasMetrics = true;
    const first = await createApplication(adapter, { imports: [shared] });
    hasMetrics = false;
    const second = await createApplication(adapter, { imports: [shared] });
    const pathsOf = ({ app }: typeof first): string[] => Object.keys(ApiDocument.of(app).document.paths);
    expect(pathsOf(first)).toContain('/health/metrics');
    expect(pathsOf(second)).not.toContain('/health/metrics');
  });

  it('apply each decorator once to each controller', async () => {
    const counts = new Map<object, number>();
    const count = (target: object): void => void counts.set(target, (counts.get(target) ?? 0) + 1);
    const shared = moduleNamed('AppModule', {
      imports: [HealthModule.forRootAsync({ useFactory: () => ({ decorators: [count] }) })],
    });
    await startApplication(adapter, { imports: [shared] });
    await startApplication(adapter, { imports: [shared] });
    expect([...counts.values()]).toEqual([1, 1]);
  });
});
