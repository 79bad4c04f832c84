import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import {
  HealthConfigurationError,
  HealthModule,
  type HealthModuleAsyncOptions,
  type HealthModuleOptions,
  type HealthOptionsFactory,
  down,
} from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { decoratorNeedsStaticOptions, optionOutOfRange } from '../../src/errors/messages.js';
import { duration } from '../../src/options/rules.js';
import { reportIn, statusesIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, refusalOf, startApplication } from '../support/start-application.js';

@Injectable()
class Configuration {
  readonly path = 'internal/status';
}

const ConfigurationModule = moduleNamed('ConfigurationModule', {
  providers: [Configuration],
  exports: [Configuration],
});

@Injectable()
class OptionsFromConfiguration implements HealthOptionsFactory {
  constructor(@Inject(Configuration) private readonly configuration: Configuration) {}
  createHealthOptions(): HealthModuleOptions {
    return { path: this.configuration.path };
  }
}

@Injectable()
class RefusingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

const Public = (): ReturnType<typeof SetMetadata> => SetMetadata('is-public', true);

@Injectable()
class PublicOnlyGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride('is-public', [context.getHandler(), context.getClass()]) === true;
  }
}

class PassingInterceptor implements NestInterceptor {
  intercept: NestInterceptor['intercept'] = (_context, next) => next.handle();
}

describe.each(ADAPTERS)('forRootAsync on %s', (adapter) => {
  describe('the source of the options', () => {
    const sources: [string, HealthModuleAsyncOptions][] = [
      [
        'useFactory with imports and inject',
        {
          imports: [ConfigurationModule],
          inject: [Configuration],
          useFactory: ({ path }: Configuration) => ({ path }),
        },
      ],
      [
        'an asynchronous useFactory',
        {
          imports: [ConfigurationModule],
          inject: [Configuration],
          useFactory: async ({ path }: Configuration) => {
            await nextTurn();
            return { path };
          },
        },
      ],
      ['useClass', { imports: [ConfigurationModule], useClass: OptionsFromConfiguration }],
      [
        'useExisting',
        {
          imports: [
            moduleNamed('OptionsModule', {
              imports: [ConfigurationModule],
              providers: [OptionsFromConfiguration],
              exports: [OptionsFromConfiguration],
            }),
          ],
          useExisting: OptionsFromConfiguration,
        },
      ],
    ];

    it.each(sources)('%s', async (_name, options) => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRootAsync(options)],
        providers: [FakeIndicator('stock')],
      });

      expect(statusesIn(await application.get('/internal/status/ready'))).toEqual({ stock: 'UP' });
      expect((await application.get('/health/ready')).status).toBe(404);
    });

    it('can be useClass with an asynchronous createHealthOptions', async () => {
      class Options implements HealthOptionsFactory {
        async createHealthOptions(): Promise<HealthModuleOptions> {
          await nextTurn();
          return { path: 'status' };
        }
      }
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRootAsync({ useClass: Options })],
      });
      expect((await application.get('/status/live')).status).toBe(200);
    });

    it('stops the boot with its own error when it is a factory that rejects', async () => {
      const error = new Error('no configuration');
      await expect(
        refusalOf(adapter, {
          imports: [HealthModule.forRootAsync({ useFactory: () => Promise.reject(error) })],
        }),
      ).rejects.toBe(error);
    });
  });

  describe('options of a factory', () => {
    const withFactory = (options: HealthModuleOptions): ReturnType<typeof HealthModule.forRootAsync> =>
      HealthModule.forRootAsync({
        useFactory: async () => {
          await nextTurn();
          return options;
        },
      });

    it('set the endpoints, their paths and their views', async () => {
      const application = await startApplication(adapter, {
        imports: [
          withFactory({
            endpoints: { startup: false, ready: { path: 'readiness', view: 'full' }, overview: false },
          }),
        ],
        providers: [FakeIndicator('stock', () => down('gone'))],
      });

      const ready = await application.get('/health/readiness');
      expect(ready.status).toBe(503);
      expect(reportIn(ready).details['stock']?.error).toBe('gone');
      for (const path of ['/health/ready', '/health/startup', '/health']) {
        expect([path, (await application.get(path)).status]).toEqual([path, 404]);
      }
    });

    it('set groups', async () => {
      const application = await startApplication(adapter, {
        imports: [withFactory({ groups: { billing: ['ledger'] } })],
        providers: [FakeIndicator('stock'), FakeIndicator('ledger', () => down('gone'))],
      });

      const billing = await application.get('/health/billing');
      expect(billing.status).toBe(503);
      expect(statusesIn(billing)).toEqual({ ledger: 'DOWN' });
    });

    it('set aliases', async () => {
      const application = await startApplication(adapter, { imports: [withFactory({ aliases: { '/up': 'ready' } })] });
      expect((await application.get('/up')).status).toBe(200);
    });

    it('are separate for two applications with one module class', async () => {
      const one = await startApplication(adapter, { imports: [withFactory({ path: 'one' })] });
      const other = await startApplication(adapter, { imports: [withFactory({ path: 'other' })] });
      expect((await one.get('/one/live')).status).toBe(200);
      expect((await one.get('/other/live')).status).toBe(404);
      expect((await other.get('/other/live')).status).toBe(200);
      expect((await other.get('/one/live')).status).toBe(404);
    });

    it('are refused for faults like in forRoot', async () => {
      expect(await faultsOf(adapter, { imports: [withFactory({ deadline: 0 })] })).toEqual([
        optionOutOfRange('HealthModule options, deadline', '0', duration(1).expected),
      ]);
    });

    it.each([undefined, null, 'health', 42])(
      'are refused with the reason when the factory returns %o',
      async (returned) => {
        const useFactory = (): HealthModuleOptions => returned as unknown as HealthModuleOptions;
        const refused = await refusalOf(adapter, { imports: [HealthModule.forRootAsync({ useFactory })] }).catch(
          (error: unknown) => ({ error }),
        );
        expect(refused.error).toBeInstanceOf(HealthConfigurationError);
      },
    );
  });

  describe('decorators of the health controllers', () => {
    it('apply beside the factory', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRootAsync({ decorators: [Public()], useFactory: () => ({ path: 'status' }) })],
        providers: [{ provide: APP_GUARD, useClass: PublicOnlyGuard }],
      });
      expect((await application.get('/status/ready')).status).toBe(200);
    });

    it('apply in the result of the factory', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRootAsync({ useFactory: () => ({ decorators: [Public()] }) })],
        providers: [{ provide: APP_GUARD, useClass: PublicOnlyGuard }],
      });
      expect((await application.get('/health/ready')).status).toBe(200);
    });

    it('apply a guard beside the factory', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRootAsync({ decorators: [UseGuards(RefusingGuard)], useFactory: () => ({}) })],
      });
      expect((await application.get('/health/ready')).status).toBe(403);
    });

    it('apply a guard in the options of forRoot', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRoot({ decorators: [UseGuards(RefusingGuard)] })],
      });
      expect((await application.get('/health/ready')).status).toBe(403);
    });

    it.each([
      ['UseGuards', UseGuards(RefusingGuard)],
      ['UseInterceptors', UseInterceptors(PassingInterceptor)],
    ])(
      'with %s in the result of the factory are refused, because they would have no effect',
      async (_name, decorator) => {
        expect(
          await faultsOf(adapter, {
            imports: [HealthModule.forRootAsync({ useFactory: () => ({ decorators: [Public(), decorator] }) })],
          }),
        ).toEqual([decoratorNeedsStaticOptions()]);
      },
    );
  });
});
