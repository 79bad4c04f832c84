import {
  type CanActivate,
  Controller,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Param,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { HealthModule, down } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

const stock = FakeIndicator('stock', () => down('gone'));
const isAboutRoutes = (text: string): boolean => text.includes('health endpoint');
const routeWarnings = ({ log }: TestApplication): string[] => log.health('warn').filter(isAboutRoutes);

describe.each(ADAPTERS)('a catch-all route in the root module, on %s', (adapter) => {
  @Controller()
  class PageController {
    @Get(adapter === 'fastify' ? '*' : '*path')
    page(): string {
      return '<html>the application</html>';
    }
  }
  const root = { controllers: [PageController], imports: [HealthModule.forRoot()], providers: [stock] };

  it('does not respond to health endpoints, and causes no warning', async () => {
    const application = await startApplication(adapter, root);
    expect((await application.get('/health')).text).toBe('{"status":"UP"}');
    expect((await application.get('/health/live')).headers).toMatchObject({ 'x-health-status': 'UP' });
    expect((await application.get('/health/ready')).status).toBe(503);
    expect((await application.get('/health/stock')).status).toBe(503);
    expect((await application.get('/anything')).text).toContain('the application');
    expect(routeWarnings(application)).toEqual([]);
  });

  it('does not respond to health endpoints with a global prefix and URI versioning', async () => {
    const prepare = (app: INestApplication): void => {
      app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    };
    const application = await startApplication(adapter, root, { prepare });
    expect((await application.get('/api/health/ready')).status).toBe(503);
    expect((await application.get('/api/health/stock')).status).toBe(503);
    expect((await application.get('/api/v1/anything')).text).toContain('the application');
    expect(routeWarnings(application)).toEqual([]);
  });

  it('causes no warning when the global prefix excludes the health endpoints', async () => {
    const exclude = ['health', adapter === 'fastify' ? 'health/*' : 'health/*path'];
    const prepare = (app: INestApplication): unknown => app.setGlobalPrefix('api', { exclude });
    const application = await startApplication(adapter, root, { prepare: (app) => void prepare(app) });
    expect((await application.get('/health/ready')).status).toBe(503);
    expect((await application.get('/api/anything')).text).toContain('the application');
    expect(routeWarnings(application)).toEqual([]);
  });

  it('does not bypass the guards and middleware of the endpoints', async () => {
    const calls: string[] = [];
    @Injectable()
    class RecordingGuard implements CanActivate {
      canActivate(): boolean {
        calls.push('guard');
        return true;
      }
    }
    class RootModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        const middleware = (_request: Request, _response: Response, next: NextFunction): void => {
          calls.push('middleware');
          next();
        };
        consumer.apply(middleware).forRoutes('{*path}');
      }
    }
    const health = HealthModule.forRoot({ decorators: [UseGuards(RecordingGuard)] });
    Module({ ...root, imports: [health] })(RootModule);
    const application = await startApplication(adapter, { imports: [RootModule] });
    expect((await application.get('/health/ready')).status).toBe(503);
    expect(calls).toEqual(['middleware', 'guard']);
  });
});

describe('the order of routes on express', () => {
  @Controller('health')
  class DetailsController {
    @Get('details')
    details(): string {
      return 'details of the application';
    }
  }
  @Controller()
  class PatternController {
    @Get(':area/:page')
    page(@Param('area') area: string): string {
      return `page of ${area}`;
    }
  }

  it('keeps a route of the application below the base path', async () => {
    const application = await startApplication('express', {
      controllers: [DetailsController, PatternController],
      imports: [HealthModule.forRoot()],
      providers: [stock],
    });
    expect((await application.get('/health/details')).text).toBe('details of the application');
    expect((await application.get('/health/ready')).status).toBe(503);
    expect((await application.get('/health/stock')).status).toBe(503);
    expect((await application.get('/orders/open')).text).toBe('page of orders');
    expect(routeWarnings(application)).toEqual([]);
  });

  it('causes one warning for a route of main.ts, with all endpoints that it hides', async () => {
    const application = await startApplication(
      'express',
      { imports: [HealthModule.forRoot({ endpoints: { startup: false, deep: false } })], providers: [stock] },
      {
        prepare: (app) => {
          const page = (_request: unknown, response: Response): unknown => response.send('page of main.ts');
          app.getHttpAdapter().get('*path', page);
        },
      },
    );
    expect((await application.get('/health/ready')).text).toBe('page of main.ts');
    const [warning, ...others] = routeWarnings(application);
    expect(warning).toContain('The route GET *path is registered before the health endpoints GET /health, ');
    expect(warning).toContain('GET /health, /health/live, /health/ready and handles their requests.');
    expect(others).toEqual([]);
  });

  it("causes a warning for the application's own health route", async () => {
    @Controller('health')
    class OwnHealthController {
      @Get()
      overview(): string {
        return 'ours';
      }
    }
    const application = await startApplication('express', {
      controllers: [OwnHealthController],
      imports: [HealthModule.forRoot()],
    });
    expect((await application.get('/health')).text).toBe('ours');
    expect(routeWarnings(application)).toEqual([
      expect.stringContaining('is registered before the health endpoint GET /health and handles its requests.'),
    ]);
  });
});
