import { type HealthResult, down, up } from 'nest-vitals';
import { HealthFleet } from 'nest-vitals/fleet';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { isNightly } from '../../support/nightly.js';
import { type FaultProxy, startFaultProxy } from '../../support/servers/fault-proxy.js';
import type { TestApplication } from '../../support/start-application.js';
import { startInstance } from './fleet-application.js';
import type { FleetOnServer } from './fleet-server.js';

const PATIENCE = 300_000;
/** Longer than the last reports count and a new connection takes. */
const SOON = { timeout: 90_000, interval: 200 };
const COUNT = 5;
/** Milliseconds. Longer than instances compare a failure with each other. */
const COMPARED = 4000;

/** An instance with its own database and its own connection to the store. */
interface Member {
  readonly application: TestApplication;
  readonly proxy: FaultProxy;
  database: HealthResult;
}

async function startMember({ server, connect }: FleetOnServer, instance: string): Promise<Member> {
  const proxy = await startFaultProxy(server().port);
  onTestFinished(() => proxy.close());
  const { store } = await connect({ port: proxy.port });
  const shared = { quorum: 0.5, minPeers: 3 };
  const indicator = FakeIndicator('database', () => member.database, { ttl: 0, shared });
  const member: Member = { application: await startInstance(store, instance, indicator), proxy, database: up() };
  return member;
}

/** The instances that a balancer would use: `++-++`. */
async function rotation(members: readonly Member[]): Promise<string> {
  const responses = await Promise.all(members.map(({ application }) => application.get('/health/ready')));
  return responses.map(({ status }) => (status === 200 ? '+' : '-')).join('');
}

/** The rotation, recorded at this interval in milliseconds. */
async function rotationsIn(members: readonly Member[], milliseconds: number): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (const end = performance.now() + milliseconds; performance.now() < end;) seen.add(await rotation(members));
  return seen;
}

async function disturbNetwork(
  members: readonly Member[],
  cut: Member,
  isRotation: (expected: string) => Promise<void>,
): Promise<void> {
  // A store that responds late has no effect.
  for (const { proxy } of members) proxy.delay = 300;
  expect([...(await rotationsIn(members, COMPARED))]).toStrictEqual(['+++++']);
  for (const { proxy } of members) proxy.delay = 0;

  // A network fault between one instance and the store: the instance decides alone when its last reports are too old.
  cut.proxy.swallow();
  await isRotation('+-+++');
  cut.proxy.forward();
  cut.proxy.reset();
  await isRotation('+++++');
}

/** An indicator with a quorum on the instances of one service. */
export function testQuorum(subject: FleetOnServer): void {
  it(
    'takes out one instance with a fault of its own, keeps all in a shared outage, and decides alone without reports',
    { timeout: PATIENCE },
    async () => {
      const names = Array.from({ length: COUNT }, (_unused, index) => `pod-${index}`);
      const members = await Promise.all(names.map((name) => startMember(subject, name)));
      const [first, second] = members as [Member, Member];
      const knownBy = ({ application }: Member): number =>
        application.app.get(HealthFleet).report().services[0]?.ready ?? 0;
      const isRotation = (expected: string): Promise<void> =>
        vi.waitFor(async () => expect(await rotation(members)).toBe(expected), SOON);
      await isRotation('+++++');
      await vi.waitFor(() => expect(members.map(knownBy)).toStrictEqual([5, 5, 5, 5, 5]), SOON);

      first.database = down('the password is wrong here');
      await isRotation('-++++');
      first.database = up();
      await isRotation('+++++');
      await vi.waitFor(() => expect(members.map(knownBy)).toStrictEqual([5, 5, 5, 5, 5]), SOON);

      // The instances detect the failure one after another, within a second.
      for (const member of members) {
        member.database = down('the database is away');
        await rotation(members);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect([...(await rotationsIn(members, COMPARED))]).toStrictEqual(['+++++']);
      expect((await first.application.health.report('ready')).details['database']).toMatchObject({
        status: 'DOWN',
        shared: 'shared outage: 5 of 5 instances',
      });

      if (isNightly) await disturbNetwork(members, second, isRotation);

      subject.server().freeze();
      try {
        await isRotation('-----');
      } finally {
        subject.server().thaw();
      }
      await isRotation('+++++');
    },
  );
}
