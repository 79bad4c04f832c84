import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Inject, Optional, Post, Query, Req, Res } from '@nestjs/common';
import { HealthService } from 'nest-vitals';
import { gate, tell } from './outside.js';
import { Pool } from './pool.js';

/** Fastify wraps Node's own objects. */
type MaybeWrapped<T> = T & { readonly raw?: T; hijack?(): void };

@Controller()
export class OrdersController {
  constructor(
    @Inject(Pool) private readonly pool: Pool,
    @Optional() @Inject(HealthService) private readonly health?: HealthService,
  ) {}

  @Get('order')
  order(): string {
    return this.pool.query();
  }

  @Get('slow')
  async slow(@Query('ms') milliseconds: string): Promise<string> {
    tell('working', { path: '/slow' });
    await pause(Number(milliseconds));
    return this.pool.query();
  }

  @Get('held')
  async held(): Promise<string> {
    tell('working', { path: '/held' });
    await gate('request');
    return this.pool.query();
  }

  /** Sends the response, and continues its work afterwards. */
  @Get('job')
  async job(): Promise<string> {
    tell('working', { path: '/job' });
    await gate('request');
    this.startJob();
    return this.pool.query();
  }

  /** Sends its headers long before its end. */
  @Get('streamed')
  async streamed(@Res() response: MaybeWrapped<ServerResponse>): Promise<void> {
    response.hijack?.();
    const raw = response.raw ?? response;
    raw.write('begun ');
    tell('working', { path: '/streamed' });
    await gate('request');
    raw.end(this.pool.query());
  }

  @Post('upload')
  async upload(@Req() request: MaybeWrapped<IncomingMessage>): Promise<string> {
    tell('working', { path: '/upload' });
    let length = 0;
    for await (const chunk of request.raw ?? request) length += (chunk as Buffer).length;
    return `${length} bytes, ${this.pool.query()}`;
  }

  private startJob(): void {
    const handle = this.health?.delayShutdown('job');
    tell('job begun');
    void gate('job').then(() => {
      tell('job done', { rows: this.pool.query() });
      handle?.done();
    });
  }
}
