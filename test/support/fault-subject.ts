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
import { reportIn } from './responses.js';
import { type TestApplication, startApplication } from './start-application.js';

export interface SubjectSettings {
  /** The application without its `HealthModule`. */
  readonly root: ModuleMetadata;
  readonly indicator: string;
  /** The secret that must not appear anywhere. */
  readonly secret: string;
  /** Options of the indicators that differ from the default. */
  readonly defaults: HealthIndicatorOptions;
}

/** The time that a client needs to reconnect. Some clients double the pause between their attempts. */
const COMEBACK = { timeout: 40_000, interval: 50 };
/** Milliseconds. */
const TOO_SHORT = 20;
const EXPIRY = { timeout: 10_000, interval: 20 };

const INTERVAL = 50;
/** Longer than the work takes on a connection that responds. */
const WORK_TIME = 2500;

const ignore = (): void => undefined;

/** An application that the test observes only through its endpoints. No response may contain the secret. */
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

  /** Adds emitters whose listeners are counted. */
  listensTo(emitters: readonly EventEmitter[]): void {
    this.#emitters = emitters;
  }

  /** The number of calls of the check that have not returned. */
  get pendingCalls(): number {
    return this.#pendingCalls;
  }

  /** The number of listeners on the client's emitters and the process. */
  get listeners(): number {
    return [process, ...this.#emitters]
      .flatMap((emitter) => emitter.eventNames().map((event) => emitter.listenerCount(event)))
      .reduce((sum, count) => sum + count, 0);
  }

  /** The detail of the indicator in the full report, and the milliseconds until the response. */
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

  /** Runs the check without the engine, which would limit the calls on a client that does not respond. The timeout is short. */
  async checkInVain(): Promise<void> {
    const signal = AbortSignal.timeout(TOO_SHORT);
    const givenUp = new Promise<'given up'>((resolve) => signal.addEventListener('abort', () => resolve('given up')));
    const check = async (): Promise<unknown> =>
      this.#indicator().check({ name: this.#settings.indicator, signal, timeout: TOO_SHORT, attach: ignore });
    const how = await Promise.race([givenUp, check().then(() => 'passed')]);
    if (how !== 'given up') throw new Error('the check has passed');
  }

  /**
   * Probes until the indicator is UP, or until the time is over, and then runs the application's own work. The indicator
   * must agree with its outcome. Returns whether the application works.
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

  /** Waits until the cached result is no longer fresh. */
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
    if (text.includes(this.#settings.secret)) throw new Error(`the text contains the password: ${text}`);
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
