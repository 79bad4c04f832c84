import { Injectable, type ModuleMetadata, Scope } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { type ConfigurationFault, HealthIndicator, HealthModule, down, up } from 'nest-vitals';
import { describe, expect, it, vi } from 'vitest';
import { ClientIndicator } from '../../src/clients/client-indicator.js';
import type { ClientRequest } from '../../src/clients/injected-client.js';
import { describeFaults } from '../../src/errors/configuration.error.js';
import {
  endpointPathShared,
  indicatorNotSingleton,
  indicatorWithoutCheck,
  nameOfComposite,
  nameReserved,
  nameTaken,
  optionUnknown,
} from '../../src/errors/messages.js';
import { statusesIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { latch } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

async function load({ app }: TestApplication, metadata: ModuleMetadata): Promise<void> {
  await app.get(LazyModuleLoader).load(() => moduleNamed('LateModule', metadata));
}

const LATE = 'The health configuration of a lazily loaded module';
const messageFor = (faults: readonly ConfigurationFault[]): string =>
  describeFaults(LATE, faults, 'so the faulty parts are ignored');

describe.each(ADAPTERS)('lazily loaded modules on %s', (adapter) => {
  const start = (...providers: NonNullable<ModuleMetadata['providers']>): Promise<TestApplication> =>
    startApplication(adapter, { imports: [HealthModule.forRoot({ groups: { late: { tags: ['late'] } } })], providers });
  const deep = async (application: TestApplication): Promise<Record<string, string>> =>
    statusesIn(await application.get('/health/deep'));

  it('add indicators that run by name and in groups, also without an earlier request', async () => {
    const application = await start(FakeIndicator('early'));
    await load(application, { providers: [FakeIndicator('after', () => down('not yet'), { tags: ['late'] })] });

    expect((await application.get('/health/after')).status).toBe(503);
    expect((await application.get('/health/late')).status).toBe(503);
    expect(await deep(application)).toEqual({ early: 'UP', after: 'DOWN' });
    expect((await application.health.check('after')).error).toBe('not yet');
  });

  it('add background checks that run', async () => {
    const ran = latch();
    const application = await start();
    await load(application, { providers: [FakeIndicator('ledger', () => ran.open(), { interval: 60_000 })] });
    expect((await application.get('/health/ready')).status).toBe(503);

    await ran.promise;
    expect(await application.health.report('ready')).toMatchObject({ status: 'UP', details: { ledger: {} } });
  });

  it('with an asynchronous factory are added when they are ready, and other probes respond meanwhile', async () => {
    const connected = latch();
    const late = FakeIndicator('after');
    const application = await start(FakeIndicator('early'));
    const loading = load(application, {
      providers: [
        late,
        {
          provide: 'connection',
          useFactory: async () => {
            await connected.promise;
            return 'connected';
          },
        },
      ],
    });
    expect(await deep(application)).toEqual({ early: 'UP' });
    expect(await deep(application)).toEqual({ early: 'UP' });

    connected.open();
    await loading;
    expect(await deep(application)).toEqual({ early: 'UP', after: 'UP' });
    expect(application.log.health()).toEqual([]);
  });

  it('with an asynchronous factory do not run their indicator before it exists', async () => {
    const made = latch();
    const late = FakeIndicator('after');
    const application = await start();
    const loading = load(application, {
      providers: [
        {
          provide: late,
          useFactory: async () => {
            await made.promise;
            return new late();
          },
        },
      ],
    });
    expect(await deep(application)).toEqual({});

    made.open();
    await loading;
    expect(await deep(application)).toEqual({ after: 'UP' });
  });

  it('that fail to load have no effect, and a later module is found', async () => {
    const application = await start(FakeIndicator('early'));
    const refused = new Error('no connection');
    await expect(
      load(application, {
        providers: [FakeIndicator('broken'), { provide: 'connection', useFactory: () => Promise.reject(refused) }],
      }),
    ).rejects.toThrow(refused);
    expect((await deep(application))['early']).toBe('UP');

    await load(application, { providers: [FakeIndicator('later')] });
    expect(await deep(application)).toMatchObject({ early: 'UP', later: 'UP' });
  });

  it('with faults log each fault once in one line, and their valid indicators run', async () => {
    const application = await start(FakeIndicator('early'));
    class Uncheckable extends FakeIndicator('uncheckable') {}
    Object.defineProperty(Uncheckable.prototype, 'check', { value: undefined });
    const misspelt = FakeIndicator('misspelt', () => up(), { timeuot: 1 } as object);
    await load(application, {
      providers: [FakeIndicator('early'), Uncheckable, misspelt, FakeIndicator('right')],
    });

    for (let probe = 0; probe < 3; probe += 1) {
      expect(await deep(application)).toEqual({ early: 'UP', right: 'UP' });
    }
    const errors = application.log.health('error');
    expect(errors).toHaveLength(1);
    const known = /options are (?<known>.*)/.exec(errors[0] ?? '')?.groups?.['known']?.split(', ') ?? [];
    expect(errors[0]).toBe(
      messageFor([
        nameTaken('early', ['Fake in RootModule', 'Fake in LateModule']),
        indicatorWithoutCheck('Uncheckable in LateModule'),
        optionUnknown('Fake in LateModule', 'timeuot', known),
      ]),
    );
    expect(known).toContain('timeout');
  });

  it('with an indicator that has the name of a group, a probe, an endpoint or a composite log a refusal', async () => {
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          groups: { billing: ['early'], sales: { indicators: ['early'], path: 'money' } },
          endpoints: { deep: { path: 'everything' } },
          composites: { tenants: {} },
        }),
      ],
      providers: [FakeIndicator('early'), FakeIndicator('queue/jobs')],
    });
    const names = ['billing', 'billing/eu', 'money', 'everything', 'ready', 'tenants', 'queue', 'right'];
    await load(application, { providers: names.map((name) => FakeIndicator(name)) });

    expect(statusesIn(await application.get('/health/everything'))).toEqual({ early: 'UP', queue: 'UP', right: 'UP' });
    const place = 'Fake in LateModule';
    expect(application.log.health('error')).toEqual([
      messageFor([
        nameTaken('billing', ['the group "billing"', place]),
        nameTaken('billing', ['the group "billing"', place]),
        endpointPathShared('/health/money', ['the group "sales"', place]),
        endpointPathShared('/health/everything', ['the endpoint "deep"', place]),
        nameReserved(place, 'ready'),
        nameTaken('tenants', ['HealthModule options, composites.tenants', place]),
        nameOfComposite('queue', place, 'queue/jobs', 'Fake in RootModule'),
      ]),
    ]);
    expect((await application.get('/health/billing')).status).toBe(200);
  });

  it('with an indicator that has the path of an endpoint run it if single checks have no endpoints', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ endpoints: { deep: { path: 'everything' }, checks: false } })],
    });
    await load(application, { providers: [FakeIndicator('everything')] });
    expect(statusesIn(await application.get('/health/everything'))).toEqual({ everything: 'UP' });
    expect(application.log.health('error')).toEqual([]);
  });

  it('with a request-scoped indicator log a refusal, and the indicator never runs', async () => {
    const scoped = FakeIndicator('scoped');
    Injectable({ scope: Scope.REQUEST })(scoped);
    const application = await start();
    await load(application, { providers: [scoped] });

    expect(await deep(application)).toEqual({});
    expect(scoped.runs).toHaveLength(0);
    expect(application.log.health('error')).toEqual([
      messageFor([indicatorNotSingleton('Fake in LateModule', 'request-scoped')]),
    ]);
  });

  it('are listed in the log when their indicators are found', async () => {
    const application = await start(FakeIndicator('early'));
    await load(application, { providers: [FakeIndicator('after'), FakeIndicator('later')] });
    await deep(application);
    await deep(application);
    expect(application.log.listing).toEqual(['1 indicator: early', 'Lazily loaded: 2 indicators: after, later']);
  });

  it('resolve the client of an indicator before any check, once', async () => {
    const application = await start();
    const client = new Client();
    const find = vi.spyOn(client, 'isUsable');
    await load(application, { providers: [ClientCheck, { provide: 'CLIENT', useValue: client }] });
    await application.get('/health/live');
    await vi.waitFor(() => expect(find).toHaveBeenCalledTimes(1));
    expect(await deep(application)).toEqual({ dependency: 'UP' });
    expect(find).toHaveBeenCalledTimes(1);
    expect(application.log.health('error')).toEqual([]);
  });

  it('report an indicator without its client as DOWN, and log the fault before any check', async () => {
    const application = await start();
    await load(application, { providers: [ClientCheck] });
    await application.get('/health/live');
    const head = `${LATE} has a fault, so its indicator is DOWN:`;
    await vi.waitFor(() => expect(application.log.health('error')).toEqual([expect.stringContaining(head)]));
    expect(application.log.health('error').join()).toContain('Remedy: list a provider under that token');
    expect(await deep(application)).toEqual({ dependency: 'DOWN' });
    expect(application.log.text).not.toContain('the application does not start');
  });
});

class Client {
  isUsable(): boolean {
    return true;
  }
}

@HealthIndicator('dependency', { probes: ['deep'] })
class ClientCheck extends ClientIndicator<Client> {
  protected request(): ClientRequest<Client> {
    return {
      place: 'ClientCheck',
      sources: ['CLIENT'],
      accepts: (candidate): candidate is Client => candidate instanceof Client && candidate.isUsable(),
      expected: 'a client',
      remedy: 'provide it',
    };
  }

  async check(): Promise<void> {
    await this.client();
  }
}
