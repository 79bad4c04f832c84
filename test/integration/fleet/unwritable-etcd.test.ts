import { Etcd3, type IOptions, Range } from 'etcd3';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import type { PrivateServer, ServerKind } from '../../support/servers/private-server.js';
import { testUnwritable } from './unwritable.js';

/** The size of the database in bytes at which the server raises its alarm. */
const QUOTA = 2 ** 20;
const RANGE = Range.prefix('nest-vitals/');

const limited: ServerKind = {
  ...etcd,
  command: (place) => {
    const { file, args } = etcd.command(place);
    return { file, args: [...args, '--quota-backend-bytes', `${QUOTA}`] };
  },
};

function clientOf(server: PrivateServer, auth?: IOptions['auth']): Etcd3 {
  const client = new Etcd3({ hosts: `127.0.0.1:${server.port}`, ...(auth && { auth }) });
  onTestFinished(() => client.close());
  return client;
}

describeWith(limited, 'a fleet on an etcd that is full', (server) => {
  testUnwritable({
    fault: 'has exceeded its quota',
    remedy: 'the database of etcd is full: compact and defragment it, then disarm the alarm NOSPACE',
    server,
    open: (running) => Promise.resolve(etcdStore({ client: clientOf(running) })),
    refuseWrites: async (running) => {
      const admin = clientOf(running);
      const value = 'x'.repeat(QUOTA / 8);
      const isWritten = (): Promise<boolean> =>
        admin
          .put('large')
          .value(value)
          .then(
            () => true,
            () => false,
          );
      while (await isWritten());
      return async () => {
        // The circuit breaker of the client above is open.
        const cleaner = clientOf(running);
        const { header } = await cleaner.kv.deleteRange({ key: Buffer.from('large') });
        await cleaner.kv.compact({ revision: header.revision, physical: true });
        await cleaner.maintenance.defragment();
        const { alarms } = await cleaner.maintenance.alarm({ action: 'Get' });
        for (const { memberID } of alarms) {
          await cleaner.maintenance.alarm({ action: 'Deactivate', memberID, alarm: 'Nospace' });
        }
      };
    },
  });
});

describeWith(etcd, 'a fleet on an etcd with users', (server) => {
  const root = { username: 'root', password: 'password' };
  const user = { username: 'fleet', password: 'password' };
  let admin: Promise<Etcd3> | undefined;

  /** Enables authentication, with a user for the fleet. */
  async function enable(running: PrivateServer): Promise<Etcd3> {
    const first = new Etcd3({ hosts: `127.0.0.1:${running.port}` });
    await first.role('root').create();
    await (await first.user('root').create('password')).addRole('root');
    await first.role('fleet').create();
    await (await first.user('fleet').create('password')).addRole('fleet');
    await first.role('fleet').grant({ permission: 'Readwrite', range: RANGE });
    await first.auth.authEnable();
    first.close();
    return clientOf(running, root);
  }

  testUnwritable({
    fault: 'takes the permission to write from the user',
    remedy: 'the user is not permitted to use the keys of the store: see docs/stores.md',
    server,
    open: async (running) => {
      await (admin ??= enable(running));
      return etcdStore({ client: clientOf(running, user) });
    },
    refuseWrites: async () => {
      const client = (await admin) as Etcd3;
      const role = client.role('fleet');
      await role.grant({ permission: 'Read', range: RANGE });
      return () => role.grant({ permission: 'Readwrite', range: RANGE });
    },
  });
});
