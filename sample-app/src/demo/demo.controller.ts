import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { OutboxProcessor } from '../orders-service/outbox/outbox.processor.js';
import { DatabaseLock } from './database-lock.js';
import { LoopbackGuard } from './loopback.guard.js';
import { PaymentsProcess } from './payments-process.js';

/** Milliseconds: longer than the second after which the watchdog reports it. */
const BLOCKED = 4000;

/** FOR DEMONSTRATION ONLY: breaks and repairs the dependencies of the orders service. Do not copy this into a real service. */
@Controller('demo')
@UseGuards(LoopbackGuard)
export class DemoController {
  constructor(
    private readonly payments: PaymentsProcess,
    private readonly processor: OutboxProcessor,
    private readonly lock: DatabaseLock,
  ) {}

  @Get()
  state() {
    return {
      payments: this.payments.state,
      outbox: { paused: this.processor.isPaused },
      database: { locked: this.lock.isHeld },
    };
  }

  /** The watchdog of the management port names this function and its line in the log. */
  @Post('event-loop/block')
  @HttpCode(200)
  blockEventLoop() {
    const until = Date.now() + BLOCKED;
    let turns = 0;
    while (Date.now() < until) turns += 1;
    return { blocked_ms: BLOCKED, turns };
  }

  @Post('payments/stop')
  @HttpCode(200)
  async stopPayments() {
    await this.payments.stop();
    return this.payments.state;
  }

  @Post('payments/start')
  @HttpCode(200)
  async startPayments() {
    await this.payments.start();
    return this.payments.state;
  }

  @Post('outbox/pause')
  @HttpCode(200)
  pauseOutbox() {
    this.processor.pause();
    return { paused: this.processor.isPaused };
  }

  @Post('outbox/resume')
  @HttpCode(200)
  resumeOutbox() {
    this.processor.resume();
    return { paused: this.processor.isPaused };
  }

  @Post('database/lock')
  @HttpCode(200)
  async lockDatabase() {
    await this.lock.hold();
    return { locked: this.lock.isHeld };
  }

  @Post('database/unlock')
  @HttpCode(200)
  async unlockDatabase() {
    await this.lock.release();
    return { locked: this.lock.isHeld };
  }
}
