import { HealthModule, down, up } from 'nest-vitals';
import { HealthAlertsModule, webhook } from 'nest-vitals/alerts';
import { HealthFleet, HealthFleetModule } from 'nest-vitals/fleet';
import { expect, it } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { type WebhookReceiver, webhookReceiver } from '../../support/webhook-receiver.js';
import type { FleetOnServer } from '../fleet/fleet-server.js';

/** An instance that is cut off counts as affected for 90 seconds. */
const PATIENCE = { timeout: 150_000, interval: 100 };
const INSTANCES = ['orders-1', 'orders-2', 'orders-3', 'orders-4', 'orders-5'];

interface Message {
  readonly event: string;
  readonly indicator: string;
  readonly status: string;
  readonly instance?: string;
  readonly instances?: { readonly affected: number; readonly total: number; readonly names: readonly string[] };
}

const messagesOf = ({ received }: WebhookReceiver): Message[] =>
  received.map(({ body }) => JSON.parse(body) as Message);
const sendersOf = ({ received }: WebhookReceiver): string[] =>
  received.map(({ headers }) => String(headers['x-sender']));

/** An outage that several instances see, while the store is available and while it is not. */
export function testFleetAlerts({ server, connect }: FleetOnServer): void {
  /** Closes the connection of an instance to the store, by its name. */
  const connections = new Map<string, () => void>();

  /** The database that all instances check. */
  const database = { isAway: false };

  async function start(instance: string, receiver: WebhookReceiver): Promise<TestApplication> {
    const { store, destroy } = await connect();
    connections.set(instance, destroy);
    return startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
        HealthFleetModule.forRoot({ store, instance, heartbeat: 1000 }),
        HealthAlertsModule.forRoot({
          targets: [webhook({ url: receiver.url, headers: { 'x-sender': instance } })],
          debounce: 500,
        }),
      ],
      providers: [
        FakeIndicator('database', () => (database.isAway ? down('connection refused') : up()), { interval: 200 }),
      ],
    });
  }

  const takeAway = (isAway: boolean): void => {
    database.isAway = isAway;
  };

  it(
    'are one message when the database is stopped, and one when it runs again, also without the instance that sent the first',
    { timeout: 400_000 },
    async () => {
      const receiver = await webhookReceiver();
      const applications = await Promise.all(INSTANCES.map((instance) => start(instance, receiver)));
      const [first] = applications;
      const ready = (): unknown => first?.app.get(HealthFleet).report().services[0]?.ready;
      await expect.poll(ready, PATIENCE).toBe(5);

      takeAway(true);
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(1);
      expect(messagesOf(receiver)).toMatchObject([
        {
          event: 'down',
          indicator: 'database',
          status: 'DOWN',
          error: 'connection refused',
          service: { name: 'orders', environment: 'test' },
          instances: { affected: 5, total: 5, names: INSTANCES },
        },
      ]);
      expect(messagesOf(receiver)[0]).not.toHaveProperty('instance');

      // The others know of the message after a moment. Before that, a second message would be correct.
      await new Promise((resolve) => setTimeout(resolve, 200));
      // The sender permanently loses its connection to the store, and with it its lease.
      const [sender] = sendersOf(receiver);
      connections.get(sender ?? '')?.();
      takeAway(false);
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(2);
      expect(messagesOf(receiver)[1]).toMatchObject({ event: 'up', status: 'UP', instances: { affected: 5 } });
      expect(sendersOf(receiver)[1]).not.toBe(sender);

      // The next outage: the instance without the store sends its own message, the other instances send one message
      // together.
      takeAway(true);
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(4);
      const [alone, together] = messagesOf(receiver)
        .slice(2)
        .toSorted((a, b) => Number(b.instance !== undefined) - Number(a.instance !== undefined));
      expect(alone).not.toHaveProperty('instances');
      expect(together).toMatchObject({ event: 'down', instances: { affected: expect.any(Number) as number } });

      await Promise.all(applications.map(({ app }) => app.close()));
      expect(receiver.received).toHaveLength(4);
    },
  );

  it(
    'are sent by each instance while the store is frozen, and not repeated when it continues',
    { timeout: 400_000 },
    async () => {
      takeAway(false);
      const receiver = await webhookReceiver();
      await Promise.all(INSTANCES.slice(0, 3).map((instance) => start(instance, receiver)));
      server().freeze();
      try {
        takeAway(true);
        await expect.poll(() => receiver.received.length, PATIENCE).toBe(3);
        expect(sendersOf(receiver).toSorted()).toEqual(INSTANCES.slice(0, 3));
      } finally {
        server().thaw();
      }
      // The next message is the recovery, so nothing was repeated when the store was available again.
      takeAway(false);
      await expect.poll(() => receiver.received.length, PATIENCE).toBe(6);
      expect(messagesOf(receiver).map(({ event }) => event)).toEqual(['down', 'down', 'down', 'up', 'up', 'up']);
    },
  );
}
