/** A store of the kind, with a client of its own. */
export async function openStore({ kind, port }) {
  if (kind === 'redis') {
    const { Redis } = await import('ioredis');
    const { redisStore } = await import('nest-vitals/stores/redis');
    return redisStore({ client: new Redis(port), timeout: 10_000 });
  }
  if (kind === 'nats') {
    const { connect } = await import('@nats-io/transport-node');
    const { natsStore } = await import('nest-vitals/stores/nats');
    return natsStore({ client: await connect({ servers: `127.0.0.1:${port}` }), timeout: 10_000 });
  }
  const { Etcd3 } = await import('etcd3');
  const { etcdStore } = await import('nest-vitals/stores/etcd');
  return etcdStore({ client: new Etcd3({ hosts: `127.0.0.1:${port}` }), timeout: 10_000 });
}
