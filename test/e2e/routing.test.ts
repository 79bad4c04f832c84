import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type NestInterceptor,
  type PipeTransform,
  RequestMethod,
  SetMetadata,
  VersioningType,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { sendRaw } from '../support/raw-request.js';
import { ADAPTERS, type StartOptions, type TestApplication, startApplication } from '../support/start-application.js';

type HookDone = (error: Error | null, payload?: unknown) => void;

const PATHS = [
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/health/deep',
  '/health/stock',
  '/health/unheard-of',
];

@Controller()
class GreetingController {
  @Get('greeting')
  greeting(): { readonly text: string } {
    return { text: 'hello' };
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

/** Headers that differ between responses without a reason. */
const VOLATILE = new Set(['date', 'x-health-checked-at', 'content-length']);
const MOMENTS = /"(?:timestamp|checked_at|since)":"[^"]*"|"(?:uptime_seconds|response_time_ms)":\d+/g;

async function responsesOf(application: TestApplication, prefix = ''): Promise<unknown[]> {
  const responses: unknown[] = [];
  for (const path of PATHS) {
    const { status, headers, text } = await application.get(prefix + path);
    const kept = Object.entries(headers as Record<string, string>).filter(([name]) => !VOLATILE.has(name));
    const body = text.replaceAll(MOMENTS, (moment) => moment.split(':')[0] ?? '');
    responses.push({ path, status, headers: Object.fromEntries(kept), body });
  }
  return responses;
}

describe.each(ADAPTERS)('routing on %s', (adapter) => {
  const start = (
    prepare?: StartOptions['prepare'],
    root: ModuleMetadata = {},
    options: HealthModuleOptions = {},
  ): Promise<TestApplication> =>
    startApplication(
      adapter,
      {
        ...root,
        imports: [HealthModule.forRoot(options)],
        controllers: [GreetingController],
        providers: [FakeIndicator('stock', () => down('gone', { left: 0 })), ...(root.providers ?? [])],
      },
      prepare && { prepare },
    );

  describe('a global prefix', () => {
    it('is before the base path', async () => {
      const plain = await responsesOf(await start());
      const prefixed = await start((app) => app.setGlobalPrefix('api'));
      expect(await responsesOf(prefixed, '/api')).toEqual(plain);
      expect((await prefixed.get('/health/live')).status).toBe(404);
    });

    it('can exclude the endpoints', async () => {
      const application = await start((app) => app.setGlobalPrefix('api', { exclude: ['health', 'health/{*rest}'] }));
      expect((await application.get('/health')).status).toBe(200);
      expect((await application.get('/health/live')).status).toBe(200);
      expect((await application.get('/api/greeting')).status).toBe(200);
    });

    it('can exclude a single endpoint', async () => {
      const application = await start((app) =>
        app.setGlobalPrefix('api', { exclude: [{ path: 'health/ready', method: RequestMethod.GET }] }),
      );
      expect((await application.get('/health/ready')).status).toBe(503);
      expect((await application.get('/api/health/live')).status).toBe(200);
    });
  });

  describe('versioning', () => {
    const kinds: [string, (app: INestApplication) => void][] = [
      ['in the URI', (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })],
      [
        'in a header',
        (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' }),
      ],
      [
        'in the media type',
        (app) => app.enableVersioning({ type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '1' }),
      ],
    ];

    it.each(kinds)('%s: the endpoints have no version', async (_name, enable) => {
      const application = await start(enable);
      for (const headers of [{}, { 'x-version': '2' }, { accept: 'application/json;v=2' }]) {
        expect((await application.get('/health/live', headers)).status).toBe(200);
        expect((await application.get('/health/ready', headers)).status).toBe(503);
        expect((await application.get('/health/stock', headers)).status).toBe(503);
      }
      expect((await application.get('/v1/health/live')).status).toBe(404);
    });

    it('in the URI together with a global prefix', async () => {
      const application = await start(
        (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
        {},
        { aliases: true },
      );
      expect((await application.get('/api/health/live')).status).toBe(200);
      expect((await application.get('/api/v1/greeting')).status).toBe(200);
      expect((await application.get('/livez')).status).toBe(200);
    });
  });

  describe('global interceptors, pipes and filters do not change a response', () => {
    const called: string[] = [];

    @Injectable()
    class WrappingInterceptor implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
        called.push('interceptor');
        return next.handle().pipe(map((data: unknown) => ({ wrapped: data })));
      }
    }

    @Injectable()
    class RefusingPipe implements PipeTransform {
      transform(): never {
        throw new Error('refused by the pipe');
      }
    }

    @Catch()
    class TeapotFilter implements ExceptionFilter {
      catch(_exception: unknown, host: ArgumentsHost): void {
        called.push('filter');
        const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>();
        response.status(418).send('teapot');
      }
    }

    it('an interceptor', async () => {
      const plain = await responsesOf(await start());
      called.length = 0;
      const application = await start(undefined, {
        providers: [{ provide: APP_INTERCEPTOR, useClass: WrappingInterceptor }],
      });
      expect(await responsesOf(application)).toEqual(plain);
      expect(called).toContain('interceptor');
      expect((await application.get('/greeting')).body).toEqual({ wrapped: { text: 'hello' } });
    });

    it('a filter', async () => {
      const plain = await responsesOf(await start());
      called.length = 0;
      const application = await start(undefined, { providers: [{ provide: APP_FILTER, useClass: TeapotFilter }] });
      expect(await responsesOf(application)).toEqual(plain);
      expect(called).toEqual([]);
      expect((await application.get('/nowhere')).status).toBe(418);
    });

    it('a pipe', async () => {
      const plain = await responsesOf(await start());
      const application = await start(undefined, { providers: [{ provide: APP_PIPE, useClass: RefusingPipe }] });
      expect(await responsesOf(application)).toEqual(plain);
    });

    it('interceptors, pipes and filters of main.ts', async () => {
      const plain = await responsesOf(await start());
      const application = await start((app) => {
        app.useGlobalInterceptors(new WrappingInterceptor());
        app.useGlobalPipes(new RefusingPipe());
        app.useGlobalFilters(new TeapotFilter());
      });
      expect(await responsesOf(application)).toEqual(plain);
    });

    it('an interceptor that sends a response replaces it, once', async () => {
      @Injectable()
      class RespondingInterceptor implements NestInterceptor {
        intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
          const response = context.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>();
          response.status(418).send('teapot');
          return next.handle();
        }
      }
      const application = await start(undefined, {
        providers: [{ provide: APP_INTERCEPTOR, useClass: RespondingInterceptor }],
      });
      for (const path of PATHS) expect([path, (await application.get(path)).status]).toEqual([path, 418]);
    });
  });

  describe('an app-wide guard', () => {
    const guarded: ModuleMetadata = { providers: [{ provide: APP_GUARD, useClass: PublicOnlyGuard }] };

    it('applies to the endpoints', async () => {
      const application = await start(undefined, guarded);
      for (const path of PATHS) expect([path, (await application.get(path)).status]).toEqual([path, 403]);
    });

    it("lets requests pass to the endpoints with the application's decorator on them", async () => {
      const plain = await responsesOf(await start());
      const application = await start(undefined, guarded, { decorators: [Public()] });
      expect(await responsesOf(application)).toEqual(plain);
      expect((await application.get('/greeting')).status).toBe(403);
    });

    it('does not apply to the aliases', async () => {
      const application = await start(undefined, guarded, { aliases: true });
      expect((await application.get('/livez')).status).toBe(200);
      expect((await application.get('/readyz')).status).toBe(503);
    });
  });

  describe('middleware', () => {
    it('can compress responses', async () => {
      const application = await start((app) => app.use(compress));
      for (const path of PATHS) {
        const plain = await sendRaw(application, path);
        const compressed = await sendRaw(application, path, { headers: { 'accept-encoding': 'gzip' } });
        expect([path, compressed.status]).toEqual([path, plain.status]);
        expect(compressed.headers['content-encoding']).toBe('gzip');
        expect(compressed.headers['x-health-status']).toBe(plain.headers['x-health-status']);
        expect(compressed.headers['cache-control']).toBe('no-store');
        expect(compressed.headers['x-unzipped']).toBe(plain.body);
      }
    });

    it('can add headers', async () => {
      const application = await start((app) =>
        app.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
          response.setHeader('x-request-id', '4711');
          next();
        }),
      );
      for (const path of PATHS) {
        const { headers } = await application.get(path);
        expect(headers).toMatchObject({ 'x-request-id': '4711', 'cache-control': 'no-store' });
      }
    });

    it('can respond itself, once', async () => {
      const application = await start((app) =>
        app.use((_request: IncomingMessage, response: ServerResponse) => {
          response.writeHead(418).end('teapot');
        }),
      );
      expect((await application.get('/health/live')).status).toBe(418);
    });
  });

  it('onSend hooks of Fastify receive every response, as on other routes', async () => {
    if (adapter !== 'fastify') return;
    const seen: string[] = [];
    const hook = (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: HookDone): void => {
      seen.push(`${request.method} ${request.url}`);
      reply.header('x-request-id', '4711');
      done(null, payload);
    };
    const plain = await responsesOf(await start(undefined, {}, { aliases: true }));
    const application = await start(
      (app) => (app.getHttpAdapter().getInstance() as FastifyInstance).addHook('onSend', hook),
      {},
      { aliases: true },
    );
    const responses = await responsesOf(application);
    expect(responses).toEqual(
      (plain as { headers: object }[]).map((response) => ({
        ...response,
        headers: { ...response.headers, 'x-request-id': '4711' },
      })),
    );
    expect((await application.head('/health/ready')).headers).toMatchObject({ 'x-request-id': '4711' });
    expect((await application.get('/livez')).headers).toMatchObject({ 'x-request-id': '4711' });
    expect(seen).toEqual([...PATHS.map((path) => `GET ${path}`), 'HEAD /health/ready', 'GET /livez']);
  });

  it('an alias sends one response, also if an onSend hook of Fastify waits', async () => {
    if (adapter !== 'fastify') return;
    const seen: unknown[] = [];
    const hook = (_request: FastifyRequest, _reply: FastifyReply, payload: unknown, done: HookDone): void => {
      seen.push(typeof payload);
      setImmediate(done, null, payload);
    };
    const application = await start(
      (app) => (app.getHttpAdapter().getInstance() as FastifyInstance).addHook('onSend', hook),
      {},
      { aliases: true },
    );
    expect((await application.get('/livez')).status).toBe(200);
    expect((await application.head('/livez')).status).toBe(200);
    expect(seen).toEqual(['string', 'string']);
  });

  describe('a catch-all route of the application', () => {
    @Controller()
    class PageController {
      @Get(adapter === 'fastify' ? '*' : '*path')
      page(): string {
        return '<html>the application</html>';
      }
    }
    @Module({ controllers: [PageController] })
    class PageModule {}
    const stock = FakeIndicator('stock', () => down('gone'));

    it('does not respond for an alias', async () => {
      const application = await startApplication(adapter, {
        imports: [PageModule, HealthModule.forRoot({ aliases: { '/readyz': 'ready', '/up/now': 'live' } })],
        providers: [stock],
      });
      expect((await application.get('/readyz')).status).toBe(503);
      expect((await application.get('/up/now')).headers).toMatchObject({ 'x-health-status': 'UP' });
      expect((await application.get('/somewhere')).text).toContain('the application');
    });

    it('causes no warning when it is registered after the endpoints', async () => {
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRoot({ aliases: true }), PageModule],
        providers: [stock],
      });
      expect(application.log.health('warn')).toEqual([]);
      expect((await application.get('/health/ready')).status).toBe(503);
    });
  });

  it('a route of the application that an endpoint hides causes a warning', async () => {
    if (adapter === 'fastify') return;
    @Controller('health')
    class OwnHealthController {
      @Get()
      overview(): string {
        return 'ours';
      }
      @Get('details')
      details(): string {
        return 'ours';
      }
    }
    @Module({ controllers: [OwnHealthController] })
    class OwnHealthModule {}
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot(), OwnHealthModule] });
    const warnings = application.log.health('warn').filter((text) => text.includes('is unreachable'));
    expect(warnings.map((text) => /The route GET (\S+)/.exec(text)?.[1])).toEqual(['/health', '/health/details']);
  });

  describe('a path below the endpoints without a route', () => {
    @Controller('health/internal')
    class DeeperController {
      @Get('queue/details')
      details(): string {
        return 'deeper';
      }
    }
    @Module({ controllers: [DeeperController] })
    class DeeperModule {}
    const imports = [HealthModule.forRoot(), DeeperModule];

    it.each(['', 'api'])('is 404 without any text of the request, with the global prefix "%s"', async (prefix) => {
      const base = prefix === '' ? '/health' : `/${prefix}/health`;
      const application = await startApplication(
        adapter,
        { imports },
        { prepare: (app) => app.setGlobalPrefix(prefix) },
      );
      const requests: [string, string][] = [
        ['GET', '/stock/secret'],
        ['GET', '/a/b/c?secret'],
        ['POST', '/ready'],
        ['DELETE', '/stock/secret'],
        ['OPTIONS', '/ready?secret'],
        ['OPTIONS', '/stock/secret'],
      ];
      for (const [method, path] of requests) {
        const { status, headers, body } = await sendRaw(application, base + path, { method });
        expect([path, status, body]).toEqual([path, 404, '{"error":"not found"}']);
        expect(headers).toMatchObject({ 'cache-control': 'no-store' });
      }
    });

    it('hides no deeper route of the application, and passes other paths to the application', async () => {
      const application = await startApplication(adapter, { imports });
      expect((await application.get('/health/internal/queue/details')).text).toBe('deeper');
      expect((await application.get('/nowhere/health/a/b')).body).toMatchObject({ statusCode: 404 });
      expect((await application.get('/healthy/a/b')).body).toMatchObject({ statusCode: 404 });
    });
  });

  it('runs each check once for all formats and paths', async () => {
    const stock = FakeIndicator('stock', () => up(), { ttl: 60_000 });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ aliases: true })],
      providers: [stock],
    });
    for (const path of [...PATHS, '/readyz', '/health?deep=true']) await application.get(path);
    expect(stock.runs).toHaveLength(1);
  });
});

/**
 * Acts like compressing middleware: it replaces the functions that write the headers and end the body. The
 * text is also sent in a header, so that the test can compare it.
 */
function compress(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.headers['accept-encoding'] !== 'gzip') return next();
  const writeHead = response.writeHead.bind(response);
  const end = response.end.bind(response);
  let statusCode: number | undefined;
  response.writeHead = ((code: number, headers: OutgoingHttpHeaders = {}) => {
    statusCode = code;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    return response;
  }) as typeof response.writeHead;
  response.end = ((body: Buffer | string = '') => {
    const zipped = gzipSync(body);
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', zipped.length);
    response.setHeader('x-unzipped', gunzipSync(zipped).toString());
    writeHead(statusCode ?? response.statusCode);
    return end(zipped);
  }) as typeof response.end;
  next();
}
