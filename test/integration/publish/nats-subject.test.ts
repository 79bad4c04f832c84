import { natsSubject } from 'nest-vitals/publish';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PASSING_REPORT } from '../../support/health-report.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerAddress } from '../../support/servers/private-server.js';
import { GENERATIONS } from '../nats/connections.js';
import { connect as connectSubscriber } from 'nats';
import { testChannel } from './channel-cases.js';

const SUBJECT = 'health.orders';
const { signal } = new AbortController();

const subscribeTo =
  (server: () => PrivateServer) =>
  async ({ host, port, user, password }: ServerAddress, onMessage: (message: string) => void): Promise<void> => {
    const servers = `${host}:${port}`;
    const subscriber = await connectSubscriber({
      servers,
      user,
      pass: password,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    onTestFinished(async () => {
      server().thaw();
      await subscriber.close();
    });
    subscriber.subscribe(SUBJECT, { callback: (_error, { data }) => onMessage(Buffer.from(data).toString()) });
    await subscriber.flush();
  };

describeWith(nats, 'a natsSubject', (server) => {
  describe.each(GENERATIONS)('with %s', (_generation, connect) => {
    testChannel(server, {
      name: `the subject ${SUBJECT} of NATS`,
      subscribe: subscribeTo(server),
      open: async (address, instance) => {
        const client = await connect(address);
        onTestFinished(async () => client.close());
        return natsSubject({ client, subject: SUBJECT, instance });
      },
    });

    it('rejects when the connection is closed, and rejects a message that is too large', async () => {
      const client = await connect(server().address());
      const target = natsSubject({ client, subject: SUBJECT });
      const large = { ...PASSING_REPORT, reason: 'x'.repeat(2_000_000) };
      await expect(target.publish(large, signal)).rejects.toThrow('the message is larger than the server accepts');
      await target.publish(PASSING_REPORT, signal);
      await client.close();
      await expect(target.publish(PASSING_REPORT, signal)).rejects.toThrow('not connected: the client is closed');
    });
  });
});
