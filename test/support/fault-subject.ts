import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModuleMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  type HealthCheckDetail,
  type HealthIndicator,
  type HealthIndicatorOptions,
  HealthModule,
  type HealthStatus,
} from 'nest-vitals';
import { vi } from 'vitest';
import { indicatorsOf } from '../../src/discovery/provided-indicators.js';
import { reportIn } from './answers.js';
import { type TestApplication, startApplication } from './start-application.js';

export interface SubjectSettings {
  /** The application without its `HealthModule`. */
  readonly root: ModuleMetadata;
  readonly indicator: string;
  /** What must not be read anywhere. */
  readonly secret: string;
  /** How its indicators are run, where that is not the default. */
  readonly defaults: HealthIndicatorOptions;
}

/** How long a client may take to connect again by itself: some wait for longer and longer between their tries. */
const COMEBACK = { timeout: 40_000, interval: 50 };
/** Milliseconds. */
const TOO_SHORT = 20;
const EXPIRY = { timeout: 10_000, interval: 20 };

const INTERVAL = 50;
/** Longer than any piece of work takes over a connection that answers. */
const WORK_TIME = 2500;

const ignore = (): void => undefined;

/** An application looked at from outside, by its endpoints. Whatever the test is about, no answer may hold the secret. */
export class FaultSubject {
  readonly application: TestApplication;
  readonly #settings: SubjectSettings;
  #emitters: readonly EventEmitter[] = [];
  #pendingCalls = 0;

  private constructor(application: TestApplication, settings: SubjectSettings) {
    this.application = application;
    this.#settings = settings;
    this.#countCalls();
  }

  static async start(settings: SubjectSettings): Promise<FaultSubject> {
    const { imports = [], ...root } = settings.root;
    const health = HealthModule.forRoot({ defaults: settings.defaults });
    return new FaultSubject(await startApplication('express', { ...root, imports: [health, ...imports] }), settings);
  }

  /** Names what else is asked for its listeners. */
  listensTo(emitters: readonly EventEmitter[]): void {
    this.#emitters = emitters;
  }

  /** How many calls of the check have not returned. */
  get pendingCalls(): number {
    return this.#pendingCalls;
  }

  /** How many listeners the client's emitters and the process have. */
  get listeners(): number {
    return [process, ...this.#emitters]
      .flatMap((emitter) => emitter.eventNames().map((event) => emitter.listenerCount(event)))
      .reduce((sum, count) => sum + count, 0);
  }

  /** What the full report says of the indicator, and how many milliseconds the answer took. */
  async probe(): Promise<{ readonly detail: HealthCheckDetail; readonly took: number }> {
    const began = performance.now();
    const response = await this.application.get('/health/deep');
    const took = performance.now() - began;
    this.#expectNoSecret(JSON.stringify(response.headers) + response.text);
    const detail = reportIn(response).details[this.#settings.indicator];
    if (!detail) throw new Error(`no ${this.#settings.indicator} in ${response.text}`);
    return { detail, took };
  }

  async statusCodeOf(path: string): Promise<number> {
    const response = await this.application.get(path);
    this.#expectNoSecret(response.text);
    return response.status;
  }

  /** Probes until the indicator has this status, and this error if one is given. */
  async becomes(status: HealthStatus, error = /(?:)/): Promise<HealthCheckDetail> {
    return vi.waitFor(async () => {
      const { detail } = await this.probe();
      if (detail.status === status && error.test(detail.error ?? '')) return detail;
      throw new Error(`not ${status} ${error}, but ${JSON.stringify(detail)}`);
    }, COMEBACK);
  }

  /** Runs the check past the engine, which would spare a client that does not answer, and gives it little time. */
  async checkInVain(): Promise<void> {
    const signal = AbortSignal.timeout(TOO_SHORT);
    const givenUp = new Promise<'given up'>((resolve) => signal.addEventListener('abort', () => resolve('given up')));
    const check = async (): Promise<unknown> =>
      this.#indicator().check({ name: this.#settings.indicator, signal, timeout: TOO_SHORT, attach: ignore });
    const how = await Promise.race([givenUp, check().then(() => 'passed')]);
    if (how !== 'given up') throw new Error('the check has passed');
  }

  /**
   * Probes until the indicator is UP, or until it has had the time for that, and then has the application do its own
   * work. The indicator has to agree with the outcome. Returns whether the application works.
   */
  async recovers(work: () => Promise<unknown>, time: number): Promise<boolean> {
    const alone = performance.now() + time;
    while ((await this.probe()).detail.status !== 'UP' && performance.now() < alone) await sleep(INTERVAL);
    const isDone = work().then(
      () => true,
      () => false,
    );
    const works = await Promise.race([isDone, sleep(WORK_TIME, false)]);
    await this.becomes(works ? 'UP' : 'DOWN');
    return works;
  }

  /** Waits until the result at hand is no longer fresh. */
  async expires(): Promise<void> {
    const { detail } = await this.probe();
    const ttl = Number(this.#settings.defaults.ttl ?? 1000);
    const freshUntil = Date.parse(detail.checked_at ?? '') + ttl;
    await vi.waitUntil(() => Date.now() > freshUntil, EXPIRY);
  }

  expectNoSecretInLog(): void {
    this.#expectNoSecret(this.application.log.text);
  }

  #expectNoSecret(text: string): void {
    if (text.includes(this.#settings.secret)) throw new Error(`the password stands in ${text}`);
  }

  #countCalls(): void {
    const instance = this.#indicator();
    const check = instance.check.bind(instance);
    instance.check = async (context) => {
      this.#pendingCalls += 1;
      try {
        return await check(context);
      } finally {
        this.#pendingCalls -= 1;
      }
    };
  }

  #indicator(): HealthIndicator {
    const name = this.#settings.indicator;
    for (const module of this.application.app.get(ModulesContainer).values()) {
      for (const { metadata, instance } of indicatorsOf(module)) {
        if (metadata.name === name) return instance as HealthIndicator;
      }
    }
    throw new Error(`the application has no indicator ${name}`);
  }
}
