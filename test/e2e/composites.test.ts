import { Controller, Get, Inject, Injectable, type ModuleMetadata } from '@nestjs/common';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  type HealthChange,
  HealthIndicator,
  HealthModule,
  type HealthModuleOptions,
  HealthService,
  OnHealthChange,
  down,
  up,
} from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { beforeEach, describe, expect, it } from 'vitest';
import { partWithoutEndpoint } from '../../src/boot-notices.js';
import { REPORT_SCHEMA } from '../../src/endpoints/schema/report-schema.js';
import {
  compositeMisspelt,
  endpointPathShared,
  groupMemberUnknown,
  nameOfComposite,
  nameTaken,
  partNameMalformed,
} from '../../src/errors/messages.js';
import { reportIn } from '../support/responses.js';
import { ApiDocument } from '../support/api-document.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const PLACE = 'Fake in RootModule';
const primary = FakeIndicator('database/primary', () => up({ pool: 3 }), { ttl: 0 });
const replica = FakeIndicator('database/replica', () => down('30 s behind'), { ttl: 0 });
const PARTS = [primary, replica];
const ANY: HealthModuleOptions = { composites: { database: { aggregation: 'any' } } };

const compiled = (() => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  return ajv.compile(REPORT_SCHEMA);
})();

describe.each(ADAPTERS)('composites on %s', (adapter) => {
  beforeEach(() => {
    primary.behaviour = () => up({ pool: 3 });
    replica.behaviour = () => down('30 s behind');
  });

  const start = (options: HealthModuleOptions = {}, more: ModuleMetadata = {}): Promise<TestApplication> =>
    startApplication(adapter, {
      ...more,
      imports: [HealthModule.forRoot(options), ...(more.imports ?? [])],
      providers: [...PARTS, ...(more.providers ?? [])],
    });

  it('is one entry in a report, with an endpoint, and an endpoint for each part', async () => {
    const application = await start(ANY);
    const ready = await application.get('/health/ready');
    expect([ready.status, ready.headers['x-health-status']]).toEqual([200, 'DEGRADED']);
    expect(reportIn(ready).details).toEqual({
      database: { status: 'DEGRADED', details: { primary: { status: 'UP' }, replica: { status: 'DOWN' } } },
    });
    const composite = await application.get('/health/database');
    expect(composite.status).toBe(200);
    expect(reportIn(composite)).toMatchObject({
      status: 'DEGRADED',
      details: {
        database: {
          status: 'DEGRADED',
          critical: true,
          message: 'replica is DOWN',
          details: { primary: { data: { pool: 3 } }, replica: { error: '30 s behind', critical: false } },
        },
      },
    });
    const part = await application.get('/health/database/replica');
    expect([part.status, Object.keys(reportIn(part).details)]).toEqual([503, ['database/replica']]);
    expect((await application.get('/health/database/primary')).status).toBe(200);
    expect((await application.head('/health/database/primary')).status).toBe(200);
    for (const unknown of ['database/archive', 'stock/primary', 'database/primary/x', 'ready/primary']) {
      expect([unknown, (await application.get(`/health/${unknown}`)).status]).toEqual([unknown, 404]);
    }
  });

  it('fails with its worst part by default', async () => {
    const application = await start();
    expect((await application.get('/health/ready')).status).toBe(503);
    replica.behaviour = () => up();
    expect((await application.get('/health/ready')).status).toBe(200);
  });

  it('does not show its parts to callers that may not see single checks', async () => {
    const application = await start({ access: { apiKeys: 'secret' }, endpoints: { checks: { view: 'status' } } });
    expect((await application.get('/health/database/primary')).status).toBe(404);
    expect((await application.get('/health/database/primary', { 'x-health-key': 'secret' })).status).toBe(200);
    const disabled = await start({ endpoints: { checks: false } });
    expect((await disabled.get('/health/database/primary')).status).toBe(404);
  });

  it('has the parts that a group names', async () => {
    const application = await start({ groups: { whole: ['database'], half: ['database/primary'] } });
    expect((await application.get('/health/whole')).status).toBe(503);
    expect(reportIn(await application.get('/health/half')).details).toMatchObject({
      database: { status: 'UP', details: { primary: { status: 'UP' } } },
    });
  });

  it('is shown with its parts in each format', async () => {
    const application = await start(ANY);
    const text = await application.get('/health/deep?format=text');
    expect(text.text.replaceAll(/\d+ ms/g, 'N ms')).toBe(
      [
        '[~]database DEGRADED: replica is DOWN',
        '[+]database/primary ok (N ms)',
        '[-]database/replica DOWN: 30 s behind (N ms)',
        'deep is DEGRADED',
        '',
      ].join('\n'),
    );
    const draft = JSON.parse((await application.get('/health/deep?format=health')).text) as { checks: object };
    expect(draft.checks).toMatchObject({
      database: [{ componentId: 'database', status: 'warn', output: 'replica is DOWN' }],
      'database/primary:responseTime': [{ componentId: 'database/primary', status: 'pass' }],
      'database/replica:responseTime': [{ componentId: 'database/replica', status: 'fail', output: '30 s behind' }],
    });
    const spring = await start({ ...ANY, format: 'spring' });
    expect((await spring.get('/health/deep')).body).toEqual({
      status: 'DEGRADED',
      components: {
        database: {
          status: 'DEGRADED',
          components: {
            primary: { status: 'UP', details: { pool: 3 } },
            replica: { status: 'DOWN', details: { error: '30 s behind' } },
          },
        },
      },
    });
    const terminus = await start({ ...ANY, format: 'terminus' });
    expect((await terminus.get('/health/deep')).body).toMatchObject({
      status: 'ok',
      info: { database: { status: 'up' }, 'database/primary': { status: 'up' } },
      error: { 'database/replica': { status: 'down', message: '30 s behind' } },
    });
  });

  it.each(['vitals', 'spring', 'terminus'] as const)(
    'agrees with the description of the API, in %s',
    async (format) => {
      for (const view of ['components', 'full'] as const) {
        const application = await start({ ...ANY, format, endpoints: { checks: { view }, deep: { view } } });
        const api = ApiDocument.of(application.app);
        expect(await api.errors()).toBeUndefined();
        const responses = [
          ['/health/deep', await application.get('/health/deep')],
          ['/health/{name}', await application.get('/health/database')],
          ['/health/{name}/{part}', await application.get('/health/database/replica')],
          ['/health/{name}/{part}', await application.get('/health/database/primary?format=health')],
          ['/health/{name}/{part}', await application.get('/health/database/none')],
        ] as const;
        expect(responses.flatMap(([template, response]) => api.mistakesIn(template, response))).toEqual([]);
        expect(api.operation('/health/{name}/{part}').parameters.map(({ name }) => name)).toEqual([
          'name',
          'part',
          'format',
        ]);
        if (format !== 'vitals') continue;
        for (const [, { body }] of responses.slice(0, 3)) {
          compiled(body);
          expect({ body: body as unknown, errors: compiled.errors }).toEqual({ body: body as unknown, errors: null });
        }
      }
    },
  );

  it('reads the options of a part from the module and from the environment', async () => {
    setVariables({ HEALTH_DATABASE_REPLICA_CRITICAL: 'false' });
    const application = await start({
      indicators: { 'database/primary': { tags: ['sql'] } },
      groups: { sql: { tags: ['sql'] } },
    });
    expect((await application.get('/health/ready')).headers['x-health-status']).toBe('DEGRADED');
    expect(reportIn(await application.get('/health/sql')).details['database']?.details).toHaveProperty('primary');
    expect(application.log.health('warn')).toEqual(['database/replica is DOWN: 30 s behind']);
  });

  it('accepts parts that are registered at run time, and overrides of a part', async () => {
    const application = await start({ composites: { ...ANY.composites, tenants: {} } });
    const { health } = application;
    const archive = health.register('database/archive', () => up());
    expect((await application.get('/health/database/archive')).status).toBe(200);
    expect((await health.check('database')).details).toHaveProperty('archive');
    archive.remove();
    expect((await application.get('/health/database/archive')).status).toBe(404);

    health.override('database/replica', { enabled: false }, { reason: 'rebuild', expiresIn: '1m', by: 'alice' });
    expect(await health.check('database')).toMatchObject({
      status: 'UP',
      details: { replica: { status: 'SKIPPED', override: { reason: 'rebuild' } } },
    });
    expect(() => health.override('database', { enabled: false }, { reason: 'x', expiresIn: '1m', by: 'a' })).toThrow(
      '"database" is a composite: use the name of one of its parts',
    );
    expect(() => health.register('tenants', () => up())).toThrow('HealthModule options, composites.tenants');
    await expect(health.report('database')).rejects.toThrow('use check("database")');
    expect((await health.runNow('database')).status).toBe('UP');
  });

  it('refuses at run time a name that a composite or an indicator already has', async () => {
    const { health } = await start({}, { providers: [FakeIndicator('cache')] });
    expect(() => health.register('database', () => up())).toThrow(
      nameOfComposite('database', 'HealthService.register("database")', 'database/primary', PLACE).problem,
    );
    expect(() => health.register('cache/eu', () => up())).toThrow('the same name as the composite of "cache/eu"');
  });

  it('notifies of changes with its name and the names of its parts, with one log line for each', async () => {
    const heard: string[] = [];
    @Injectable()
    class Listener {
      @OnHealthChange({ indicator: ['database', 'database/replica'] })
      note({ indicator, to, critical }: HealthChange): void {
        heard.push(`${indicator} ${to} ${critical}`);
      }
    }
    const application = await start(ANY, { providers: [Listener] });
    await application.get('/health/ready');
    primary.behaviour = () => down('refused');
    await application.get('/health/ready');
    await application.get('/health/ready');
    expect(heard).toEqual(['database/replica DOWN false', 'database DOWN true']);
    expect(application.log.health('warn')).toEqual([
      'database/replica is DOWN: 30 s behind',
      'database/primary is DOWN: refused',
      'database is DOWN: primary is DOWN: refused, replica is DOWN: 30 s behind',
    ]);
    expect(await application.health.check('database')).toHaveProperty('since');
  });

  it('has a series in the metrics, beside those of its parts', async () => {
    const application = await start(ANY, { imports: [HealthPrometheusModule.forRoot()] });
    await application.get('/health/ready');
    const { text } = await application.get('/health/metrics');
    expect(text).toContain('health_indicator_status{indicator="database",status="DEGRADED"} 1');
    expect(text).toContain('health_indicator_status{indicator="database/replica",status="DOWN"} 1');
    expect(text).toContain('health_check_runs_total{indicator="database/replica",outcome="DOWN"} 1');
    expect(text).toContain('health_indicator_info{indicator="database/replica",critical="false"} 1');
    expect(text).toContain('health_indicator_status_changes_total{indicator="database"} 0');
    expect(text).not.toContain('health_check_runs_total{indicator="database",');
    primary.behaviour = () => down('refused');
    await application.get('/health/ready');
    const later = await application.get('/health/metrics');
    expect(later.text).toContain('health_indicator_status_changes_total{indicator="database"} 1');
  });

  it('is on the page with its parts below, which are counted', async () => {
    const application = await start(ANY, {
      imports: [HealthDashboardModule.forRoot({ refresh: false })],
      providers: [FakeIndicator('cache')],
    });
    await application.get('/health/deep');
    const { text } = await application.get('/health/dashboard');
    const rows = [...text.matchAll(/<li id="c-([^"]+)" class="([^"]+)"/g)].map(
      ([, name, style]) => `${name}: ${style}`,
    );
    expect(rows).toEqual([
      'database: degraded',
      'database/primary: up part',
      'database/replica: down part',
      'cache: up',
    ]);
    expect(text).toContain('<span id="count">3</span>');
    expect(text).toContain('1 of 3 checks not up: database/replica.');
    primary.behaviour = () => down('refused');
    await application.get('/health/deep');
    const whole = await application.get('/health/database', { accept: 'text/html' });
    expect(whole.text).toMatch(/id="c-database"[^]*?Down since[^]*?<h3>Latest changes<\/h3>[^]*? Degraded → Down/);
    const part = await application.get('/health/database/replica', { accept: 'text/html' });
    expect(part.text).toContain('<a href="../dashboard">');
    expect(part.text).toContain('30 s behind');
  });

  it('is served on the management port', async () => {
    const application = await start(ANY, {
      imports: [HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', thread: false })],
    });
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const statuses = await Promise.all(
      ['database', 'database/primary', 'database/replica', 'database/none', 'database/primary/x'].map(async (path) => {
        const response = await fetch(`http://127.0.0.1:${port}/health/${path}`);
        await response.body?.cancel();
        return response.status;
      }),
    );
    expect(statuses).toEqual([200, 200, 503, 404, 404]);
  });

  it('does not add routes of two segments to an application without composites', async () => {
    @Controller('health')
    class OwnController {
      @Get('own/path')
      own(): string {
        return 'own';
      }
    }
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      controllers: [OwnController],
      providers: [FakeIndicator('stock')],
    });
    expect((await application.get('/health/own/path')).text).toBe('own');
    expect(application.log.health('warn')).toEqual([]);
    expect(ApiDocument.of(application.app).paths).not.toContain('/health/{name}/{part}');
  });

  it('has the endpoints of its parts before a catch-all route', async () => {
    @Controller()
    class PageController {
      @Get(adapter === 'fastify' ? '*' : '*path')
      page(): string {
        return 'page';
      }
    }
    const application = await start(ANY, { controllers: [PageController] });
    expect((await application.get('/health/database/replica')).status).toBe(503);
    expect((await application.get('/else')).text).toBe('page');
    expect(application.log.health('warn')[0]).toBe('database/replica is DOWN: 30 s behind');
  });

  it('warns when names of instances become parts without an endpoint', async () => {
    @HealthIndicator()
    class Named implements HealthIndicator {
      readonly indicatorName = 'queue/jobs';
      check() {
        return up();
      }
    }
    const root = (options: HealthModuleOptions): ModuleMetadata => ({
      imports: [HealthModule.forRoot(options)],
      providers: [Named],
    });
    const without = await startApplication(adapter, root({}));
    expect((await without.get('/health/queue')).status).toBe(200);
    expect((await without.get('/health/queue/jobs')).status).toBe(404);
    expect(without.log.health('warn')).toEqual([partWithoutEndpoint('queue/jobs')]);
    const named = await startApplication(adapter, root({ composites: { queue: {} } }));
    expect((await named.get('/health/queue/jobs')).status).toBe(200);
    expect(named.log.health('warn')).toEqual([]);
  });

  it('warns when options name a composite without parts after all modules have started', async () => {
    @Injectable()
    class Tenants {
      constructor(@Inject(HealthService) private readonly health: HealthService) {}
      onApplicationBootstrap(): void {
        this.health.register('tenants/acme', () => up());
      }
    }
    const composites = { database: {}, databases: {}, tenants: {} };
    const { health, log } = await start({ composites }, { providers: [Tenants] });
    expect(log.health('warn')).toEqual([expect.stringContaining('composites.databases: there is no indicator')]);
    health.register('databases/archive', () => up());
    expect((await health.check('databases')).status).toBe('UP');
  });

  it.each<[string, ModuleMetadata['providers'], HealthModuleOptions, unknown]>([
    [
      'an indicator and a composite',
      [FakeIndicator('database'), primary],
      {},
      nameOfComposite('database', PLACE, 'database/primary', PLACE),
    ],
    [
      'a composite and an indicator',
      [primary, FakeIndicator('database')],
      {},
      nameOfComposite('database', PLACE, 'database/primary', PLACE),
    ],
    [
      'a group and a composite',
      [primary],
      { groups: { database: [] } },
      nameTaken('database', [PLACE, 'the group "database"']),
    ],
    [
      'an endpoint and a composite',
      [primary],
      { endpoints: { deep: { path: 'database' } } },
      endpointPathShared('/health/database', ['the endpoint "deep"', PLACE]),
    ],
    [
      'an indicator and the options of a composite',
      [FakeIndicator('database')],
      ANY,
      nameTaken('database', [PLACE, 'HealthModule options, composites.database']),
    ],
    [
      'the misspelt name of a composite in the options',
      [primary],
      { composites: { databse: {} } },
      compositeMisspelt('databse', 'database'),
    ],
    ['two levels', [FakeIndicator('a/b/c')], {}, partNameMalformed(PLACE, '"a/b/c"')],
    [
      'an unknown part in a group',
      [primary],
      { groups: { all: ['database/secondary'] } },
      groupMemberUnknown('the group "all"', 'database/secondary', ['database/primary', 'database']),
    ],
  ])('refuses to start with %s', async (_name, providers = [], options, fault) => {
    const root = { imports: [HealthModule.forRoot(options)], providers };
    expect(await faultsOf(adapter, root)).toEqual([fault]);
  });
});
