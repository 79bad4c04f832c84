import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { natsStore } from 'nest-vitals/stores/nats';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerKind, ServerPlace } from '../../support/servers/private-server.js';
import { testUnwritable } from './unwritable.js';

interface Settings {
  /** The permissions of the user. */
  readonly permissions: string;
  readonly jetStream: string;
}

/** Writes the configuration of the server, which the server reads at its next start. */
const write = ({ folder, port, user, password }: ServerPlace, { permissions, jetStream }: Settings): void =>
  writeFileSync(
    join(folder, 'nats.conf'),
    `listen: "127.0.0.1:${port}"
jetstream { store_dir: "${folder}", ${jetStream} }
authorization { users: [{ user: "${user}", password: "${password}", permissions: { ${permissions} } }] }
`,
  );

const ALL: Settings = { permissions: '', jetStream: 'max_file_store: 1MB' };

/** A server whose configuration can be changed. */
function configured(): { readonly kind: ServerKind; readonly place: () => ServerPlace } {
  let known: ServerPlace | undefined;
  return {
    kind: {
      ...nats,
      prepare: (place) => {
        known = place;
        write(place, ALL);
      },
      command: (place) => ({ file: nats.command(place).file, args: ['--config', join(place.folder, 'nats.conf')] }),
    },
    place: () => known as ServerPlace,
  };
}

async function clientOf(server: PrivateServer): Promise<NatsConnection> {
  const { host, port, user, password } = server.address();
  const client = await connect({
    servers: `${host}:${port}`,
    user,
    pass: password,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  onTestFinished(() => client.close());
  return client;
}

const open = async (server: PrivateServer): Promise<HealthStore> => natsStore({ client: await clientOf(server) });

const isWritten = (store: HealthStore, key: string, value: string): Promise<boolean> =>
  store.put(key, value).then(
    () => true,
    () => false,
  );

const { kind, place } = configured();

describeWith(kind, 'a fleet on a NATS that refuses writes', (server) => {
  testUnwritable({
    fault: 'has no storage left',
    remedy: '(error 10023): raise the limits of storage of JetStream, the account or the bucket',
    server,
    open,
    refuseWrites: async (running) => {
      const client = await clientOf(running);
      const other = natsStore({ client, namespace: 'other' });
      // At the end there is not enough space for one small entry.
      for (const value of ['x'.repeat(50_000), '']) {
        for (let written = 0; await isWritten(other, `other/${value.length}-${written}`, value);) written += 1;
      }
      return () => client.request('$JS.API.STREAM.DELETE.KV_other', '');
    },
  });

  testUnwritable({
    fault: 'takes the permission to publish from the user',
    remedy: 'the user is not permitted to use the bucket: see docs/stores.md',
    server,
    open,
    isUnavailableBefore: true,
    refuseWrites: async (running) => {
      write(place(), { ...ALL, permissions: 'publish: { deny: "$KV.>" }' });
      // The instances first lose the connection, so the reason of the refusal is an additional line.
      await running.restart();
      return async () => {
        write(place(), ALL);
        await running.restart();
      };
    },
  });
});
