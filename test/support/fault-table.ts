import type { EventEmitter } from 'node:events';
import type { ModuleMetadata } from '@nestjs/common';
import type { HealthIndicatorOptions } from 'nest-vitals';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { FaultSubject } from './fault-subject.js';
import { retainedBytes } from './garbage.js';
import { isNightly } from './nightly.js';
import { describeWith } from './servers/describe-with.js';
import { startFaultProxy } from './servers/fault-proxy.js';
import { openSockets } from './servers/open-sockets.js';
import type { ServerAddress, ServerKind } from './servers/private-server.js';
import type { TestApplication } from './start-application.js';

/** The description of an integration for the table. */
export interface FaultCase {
  /** The server of the client. */
  readonly server: ServerKind;
  /** The name of its indicator. */
  readonly indicator: string;
  /**
   * The application: its client, connected to this address, and the indicator, with the default options. The table adds
   * `HealthModule`. The application's own shutdown hooks should close the client.
   */
  application(address: ServerAddress): ModuleMetadata;
  /** The data of the report while the server runs. */
  readonly data?: unknown;
  /** The errors for a stopped server. Default: connections are refused or end. */
  readonly refused?: RegExp;
  /** The largest number of sockets that the client may hold. Default: 1. A pool may hold more. */
  readonly sockets?: number;
  /** Whether the client uses another connection when one is silent, as a pool does. Default: false. */
  readonly replacesConnections?: boolean;
  /** Work of the application with the client. Checks must not disturb this work. */
  readonly work?: (application: TestApplication) => Promise<unknown>;
  /**
   * Whether the client waits without limit for a response on its only connection, so that the application cannot work
   * either after a server has accepted that connection and stays silent. Default: false.
   */
  readonly waitsForSilence?: boolean;
  /**
   * Whether a pool keeps a client that waits for such a response among its idle clients: one call of the application
   * waits for it, and the others work. Default: false.
   */
  readonly keepsSilentClients?: boolean;
  /** The event emitters of the client, to find leaked listeners. */
  readonly emitters?: (application: TestApplication) => readonly EventEmitter[];
}

/** The library's defaults. */
const DEADLINE = 800;
const TTL = 1000;
/** Added to every time limit, because the machine may be busy. */
const SLACK = 2500;
const SOON = { timeout: 45_000, interval: 50 };
/** The time that a restart of a server may take. */
const PATIENCE = 300_000;
const GONE = /^connection (?:refused|reset|closed|aborted)$/;
/** More than the calls that may be left behind. A leak of one call per probe is found with few probes. */
const FROZEN_PROBES = isNightly ? 30 : 10;
const MOST_STRAY_CALLS = 3;
/** More than the connections of a pool. */
const TIMED_OUT_CHECKS = isNightly ? 100 : 50;
/** Includes the captured log of the test. */
const MOST_BYTES = 8 * 1024 * 1024;
const SLOW = 150;
/** Milliseconds for the recovery of an indicator while the application itself is idle. */
const ALONE = 40_000;

/** The number of restarts of the server. A thorough run sets 30. */
const ROUNDS = Number(process.env['NEST_VITALS_FAULT_ROUNDS'] ?? 2);

/** Tests an integration against every fault of its server. */
export function describeFaults(title: string, faults: FaultCase): void {
  const {
    indicator,
    data,
    refused = GONE,
    sockets = 1,
    work,
    replacesConnections = false,
    waitsForSilence = false,
    keepsSilentClients = false,
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

    it('is UP with its data when the server runs', async () => {
      const subject = await start();
      expect((await subject.probe()).detail.data).toEqual(data);
      expect(await subject.statusCodeOf('/health/ready')).toBe(200);
    });

    it(
      'is DOWN with the reason when the server is killed, and UP after its restart',
      async () => {
        const subject = await start();
        await server().kill();
        const detail = await subject.becomes('DOWN', refused);
        expect(detail.critical).toBe(true);
        expect(await subject.statusCodeOf('/health/ready')).toBe(503);
        expect(await subject.statusCodeOf('/health/live')).toBe(200);
        expect(subject.application.log.health('warn').join('\n')).toContain(`${indicator} is DOWN`);

        await server().restart();
        expect((await subject.becomes('UP')).data).toEqual(data);
      },
      PATIENCE,
    );

    it(
      'is DOWN within the deadline when the server is frozen, and UP within one ttl after the thaw',
      async () => {
        const subject = await start();
        server().freeze();
        await subject.expires();
        const { detail, took } = await subject.probe();
        expect(took).toBeLessThan(DEADLINE + SLACK);
        expect(detail).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
        expect(detail.error).toMatch(/^timed out|^no result within/);

        const thawed = performance.now();
        server().thaw();
        await subject.becomes('UP');
        expect(performance.now() - thawed).toBeLessThan(TTL + SLACK);
      },
      PATIENCE,
    );

    it(
      `leaves at most three calls behind after ${FROZEN_PROBES} probes of a frozen server`,
      async () => {
        const subject = await start({ ttl: 0, timeout: 100 });
        server().freeze();
        // The system needs some time to stop a process.
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
      `lets the application work at once after ${TIMED_OUT_CHECKS} timed-out checks`,
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
      'is DOWN when the open connections are silent, then UP over another one',
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

    it.runIf(work && !keepsSilentClients)(
      'is UP again when the application can work, after connections without a response',
      async () => {
        const proxy = await startFaultProxy(server().port);
        onTestFinished(() => proxy.close());
        const subject = await start({ ttl: 0, timeout: 100 }, proxy.port);
        proxy.swallow();
        await subject.becomes('DOWN');
        for (let probes = 0; probes < FROZEN_PROBES; probes += 1) await subject.probe();
        expect(subject.pendingCalls).toBeLessThanOrEqual(MOST_STRAY_CALLS);
        // A socket that a client has abandoned is closed a moment later.
        await vi.waitFor(
          () => expect(openSockets(proxy.port)).toBeLessThanOrEqual(Math.max(1, Math.ceil(sockets / 2))),
          SOON,
        );

        proxy.forward();
        const time = waitsForSilence ? SLACK : ALONE;
        const works = await subject.recovers(async () => work?.(subject.application), time);
        // On a busy machine, a client that waits for the silence to end may have abandoned the connection. Its status
        // shows that.
        expect([true, !waitsForSilence]).toContain(works);
        // The shutdown of a pool waits for the connections that are opening.
        await proxy.close();
      },
      PATIENCE,
    );

    it.runIf(keepsSilentClients)(
      'is DEGRADED while a client of the pool waits for a response without end, and other clients work',
      async () => {
        const proxy = await startFaultProxy(server().port);
        onTestFinished(() => proxy.close());
        const subject = await start({ ttl: 0, timeout: 100 }, proxy.port);
        proxy.swallow();
        await subject.becomes('DOWN');
        for (let probes = 0; probes < FROZEN_PROBES; probes += 1) await subject.probe();
        expect(subject.pendingCalls).toBeLessThanOrEqual(MOST_STRAY_CALLS);
        // A socket that a client has abandoned is closed a moment later.
        await vi.waitFor(
          () => expect(openSockets(proxy.port)).toBeLessThanOrEqual(Math.max(1, Math.ceil(sockets / 2))),
          SOON,
        );

        proxy.forward();
        // The application is idle. The indicator lets the pool connect another client.
        expect((await subject.becomes('DEGRADED')).message).toBe('a client of the pool has no connection');
        // One call takes the silent client out of the idle clients.
        await Promise.any([1, 2].map(async () => work?.(subject.application)));
        await subject.becomes('UP');
        // The shutdown of a pool waits for the connections that are opening.
        await proxy.close();
      },
      PATIENCE,
    );

    it(
      `leaks no socket, listener or memory in ${ROUNDS} restarts of the server`,
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
      'is DEGRADED when the response is slower than slowThreshold',
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

/** The warnings of Node during the test, for example about too many listeners. */
function collectWarnings(): string[] {
  const warnings: string[] = [];
  const collect = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', collect);
  onTestFinished(() => {
    process.off('warning', collect);
  });
  return warnings;
}
