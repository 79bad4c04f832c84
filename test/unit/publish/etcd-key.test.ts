import { etcdKey } from 'nest-vitals/publish';
import { expect, it, vi } from 'vitest';
import { PASSING_REPORT } from '../../support/health-report.js';

const { signal } = new AbortController();
const unused = vi.fn<() => undefined>();
const ETCD = {
  kv: { put: unused },
  leaseClient: { leaseGrant: unused, leaseRevoke: unused, leaseKeepAlive: unused },
};

it.each([
  [
    'an async function, whose rejection does not end the process',
    () => Promise.reject(new Error('no address')),
    'no address',
  ],
  ['a function that returns no text', () => 5, 'the option value must return a text or undefined'],
])('etcdKey() rejects for %s, and sends nothing', async (_title, value, message) => {
  const target = etcdKey({
    client: ETCD as never,
    key: 'services/orders/1',
    value: value as unknown as () => string,
  });
  await expect(target.publish(PASSING_REPORT, signal)).rejects.toThrow(message);
  expect(unused).not.toHaveBeenCalled();
});
