import type { EventEmitter } from 'node:events';
import type { ModuleMetadata } from '@nestjs/common';
import type { HealthIndicatorOptions } from 'nest-vitals';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { FaultSubject } from './fault-subject.js';
import { retainedBytes } from './garbage.js';
import { describeWith } from './servers/describe-with.js';
import { startFaultProxy } from './servers/fault-proxy.js';
import { openSockets } from './servers/open-sockets.js';
import type { ServerAddress, ServerKind } from './servers/private-server.js';
import type { TestApplication } from './start-application.js';

/** What the table has to know of an integration. */
export interface FaultCase {
  /** The server that its client talks to. */
  readonly server: ServerKind;
  /** The name that its indicator is registered under. */
  readonly indicator: string;
  /**
   * The application: its client, connected to this address, and the indicator, with the default options. The table adds
   * `HealthModule`. The application's own shutdown hooks should close the client.
   */
  application(address: ServerAddress): ModuleMetadata;
  /** What the report says of a server that is up. */
  readonly data?: unknown;
  /** The errors that tell of a server that is gone. Default: that connections are refused or end. */
  readonly refused?: RegExp;
  /** The most sockets that the client may hold. Default: 1. A client that keeps more, as a pool does, says how many. */
  readonly sockets?: number;
  /** Whether it uses another connection when one has fallen silent, as a pool does. Default: false. */
  readonly replacesConnections?: boolean;
  /** A piece of the application's own work with the client. It must not suffer from checks. */
  readonly work?: (application: TestApplication) => Promise<unknown>;
  /**
   * Whether the client waits without limit for an answer on the one connection that it has, so that the application cannot
   * work either after a server has accepted that connection and never answers. Default: false.
   */
  readonly waitsForSilence?: boolean;
  /** What the client emits events on, so that listeners that pile up are found. */
  readonly emitters?: (application: TestApplication) => readonly EventEmitter[];
}

/** The library's defaults. */
const DEADLINE = 800;
const TTL = 1000;
/** Added to every limit of time: the machine may be busy with other things. */
const SLACK = 2500;
const SOON = { timeout: 10_000, interval: 50 };
/** A server may take that long to start anew. */
const PATIENCE = 300_000;
const GONE = /^connection (?:refused|reset|closed|aborted)$/;
const FROZEN_PROBES = 30;
const MOST_STRAY_CALLS = 3;
const TIMED_OUT_CHECKS = 100;
/** What the log of the test keeps is among them. */
const MOST_BYTES = 8 * 1024 * 1024;
const SLOW = 150;
/** Milliseconds that an indicator has for its recovery while the application itself does nothing. */
const ALONE = 40_000;

/** How often the server is killed and started anew. A thorough run sets 30. */
const ROUNDS = Number(process.env['NEST_VITALS_FAULT_ROUNDS'] ?? 2);

/** Everything that a server can do to an integration, and what the integration has to make of it. */
export function describeFaults(title: string, faults: FaultCase): void {
  const {
    indicator,
    data,
    refused = GONE,
    sockets = 1,
    work,
    replacesConnections = false,
    waitsForSilence = false,
  } = faults;

  describeWith(faults.server, `${title}, while its server fails`, (server) => {
    const subjects: FaultSubject[] = [];

    const start = async (defaults: HealthIndicatorOptions = {}, port = server().port): Promise<FaultSubject> => {
      const address = server().address(port);
      const root = faults.application(address);
      const subject = await FaultSubject.start({ root, indicator, secret: address.password, defaults });
      subject.listensTo(faults.emitters?.(subject.application) ?? []);
      subjects.push(subject);
      await subject.becomes('UP');
      return subject;
    };

    afterEach(async () => {
      for (const subject of subjects.splice(0)) subject.expectNoSecretInLog();
      server().thaw();
      if (!server().isRunning) await server().restart();
    }, PATIENCE);

    it('up: UP, with its data', async () => {
      const subject = await start();
      expect((await subject.probe()).detail.data).toEqual(data);
      expect(await subject.statusCodeOf('/health/ready')).toBe(200);
    });

    it(
      'stopped: DOWN, because connections are refused',
      async () => {
        const subject = await start();
        await server().kill();
        const detail = await subject.becomes('DOWN', refused);
        expect(detail.critical).toBe(true);
        expect(await subject.statusCodeOf('/health/ready')).toBe(503);
        expect(await subject.statusCodeOf('/health/live')).toBe(200);
        expect(subject.application.log.health('warn').join('\n')).toContain(`${indicator} is DOWN`);
      },
      PATIENCE,
    );

    it(
      'frozen: answered within the deadline, DOWN for a timeout; thawed: UP within one ttl',
      async () => {
        const subject = await start();
        server().freeze();
        await subject.expires();
        const { detail, took } = await subject.probe();
        expect(took).toBeLessThan(DEADLINE + SLACK);
        expect(detail).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
        expect(detail.error).toMatch(/^timed out after|^no result within/);

        const thawed = performance.now();
        server().thaw();
        await subject.becomes('UP');
        expect(performance.now() - thawed).toBeLessThan(TTL + SLACK);
      },
      PATIENCE,
    );

    it(
      `frozen for ${FROZEN_PROBES} probes: no more than three calls are left behind`,
      async () => {
        const subject = await start({ ttl: 0, timeout: 100 });
        server().freeze();
        // The system stops a process when it gets round to it.
        await subject.becomes('DOWN');
        for (let probes = 0; probes < FROZEN_PROBES; probes += 1) {
          const { detail, took } = await subject.probe();
          expect(detail.status).toBe('DOWN');
          expect(took).toBeLessThan(DEADLINE + SLACK);
        }
        expect(subject.pendingCalls).toBeLessThanOrEqual(MOST_STRAY_CALLS);
        expect(openSockets(server().port)).toBeLessThanOrEqual(sockets + MOST_STRAY_CALLS);

        server().thaw();
        await subject.becomes('UP');
        await vi.waitFor(() => expect(subject.pendingCalls).toBe(0), SOON);
        await vi.waitFor(() => expect(openSockets(server().port)).toBeLessThanOrEqual(sockets), SOON);
      },
      PATIENCE,
    );

    it.runIf(work)(
      `frozen for ${TIMED_OUT_CHECKS} checks that time out: once thawed, the application's own work runs at once`,
      async () => {
        const subject = await start();
        server().freeze();
        for (let checks = 0; checks < TIMED_OUT_CHECKS; checks += 1) await subject.checkInVain();
        const thawed = performance.now();
        server().thaw();
        await Promise.all([1, 2, 3].map(async () => work?.(subject.application)));
        expect(performance.now() - thawed).toBeLessThan(SLACK);
      },
      PATIENCE,
    );

    it.runIf(replacesConnections)(
      'silent on the connections that are open: DOWN for a timeout, then UP over another one',
      async () => {
        const proxy = await startFaultProxy(server().port);
        onTestFinished(() => proxy.close());
        const subject = await start({ ttl: 0 }, proxy.port);
        proxy.silence();
        const { detail } = await subject.probe();
        expect(detail).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
        await subject.becomes('UP');
        expect(openSockets(proxy.port)).toBeLessThanOrEqual(sockets);
        await vi.waitFor(() => expect(subject.pendingCalls).toBe(0), SOON);
      },
      PATIENCE,
    );

    it.runIf(work)(
      'accepting connections without an answer: UP again when the application can work again',
      async () => {
        const proxy = await startFaultProxy(server().port);
        onTestFinished(() => proxy.close());
        const subject = await start({ ttl: 0, timeout: 100 }, proxy.port);
        proxy.swallow();
        await subject.becomes('DOWN');
        for (let probes = 0; probes < FROZEN_PROBES; probes += 1) await subject.probe();
        expect(subject.pendingCalls).toBeLessThanOrEqual(MOST_STRAY_CALLS);
        expect(openSockets(proxy.port)).toBeLessThanOrEqual(Math.max(1, Math.ceil(sockets / 2)));

        proxy.forward();
        const time = waitsForSilence ? SLACK : ALONE;
        expect(await subject.recovers(async () => work?.(subject.application), time)).toBe(!waitsForSilence);
        // The shutdown of a pool waits for the connections that are opening.
        await proxy.close();
      },
      PATIENCE,
    );

    it(
      'killed and started anew: DOWN, then UP, in the same application',
      async () => {
        const subject = await start();
        await server().kill();
        await subject.becomes('DOWN');
        await server().restart();
        const detail = await subject.becomes('UP');
        expect(detail.data).toEqual(data);
      },
      PATIENCE,
    );

    it(
      `${ROUNDS} rounds of that: no socket, no listener and no memory is leaked`,
      async () => {
        const warnings = collectWarnings();
        const subject = await start({ ttl: 0 });
        const { listeners } = subject;
        const bytes = await retainedBytes();
        for (let round = 0; round < ROUNDS; round += 1) {
          await server().kill();
          await subject.becomes('DOWN');
          await server().restart();
          await subject.becomes('UP');
        }
        await vi.waitFor(() => expect(subject.pendingCalls).toBe(0), SOON);
        await vi.waitFor(() => expect(openSockets(server().port)).toBeLessThanOrEqual(sockets), SOON);
        expect(subject.listeners).toBe(listeners);
        expect(warnings).toEqual([]);
        expect((await retainedBytes()) - bytes).toBeLessThan(MOST_BYTES);
      },
      PATIENCE + ROUNDS * 60_000,
    );

    it(
      'slower than slowThreshold: DEGRADED',
      async () => {
        const proxy = await startFaultProxy(server().port);
        onTestFinished(() => proxy.close());
        const subject = await start({ ttl: 0, timeout: 5000, slowThreshold: SLOW }, proxy.port);
        proxy.delay = 2 * SLOW;
        const detail = await subject.becomes('DEGRADED');
        expect(detail.message).toMatch(/^slow: took \d+ ms, more than 150 ms$/);
        proxy.delay = 0;
        await subject.becomes('UP');
      },
      PATIENCE,
    );
  });
}

/** What Node warns of while the test lasts, of which too many listeners are one thing. */
function collectWarnings(): string[] {
  const warnings: string[] = [];
  const collect = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', collect);
  onTestFinished(() => {
    process.off('warning', collect);
  });
  return warnings;
}
