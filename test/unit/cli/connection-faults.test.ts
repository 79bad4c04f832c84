import { describe, expect, it } from 'vitest';
import { ConnectionFaults } from '../../../src/cli/fleet/connection-faults.js';
import type { StoreAddress } from '../../../src/cli/fleet/store-address.js';
import { HealthCheckError } from '../../../src/errors/health-check.error.js';
import type { StoreObserver } from '../../../src/stores/health-store.js';

const address: StoreAddress = {
  kind: 'redis',
  urls: [new URL('redis://host')],
  login: { user: 'reader', password: 'secret-word' },
  tls: undefined,
  topology: { kind: 'sentinels', name: 'main', login: { user: undefined, password: 'other-word' } },
};
const coded = (code: string): Error => Object.assign(new Error(`${code} 10.0.0.1`), { code });

function setUp() {
  const written: string[] = [];
  const told: string[] = [];
  const faults = new ConnectionFaults(address, (message) => written.push(message));
  let source: StoreObserver | undefined;
  const store = faults.explain({
    name: 'Redis',
    watch: (_prefix, observer) => {
      source = observer;
      return () => undefined;
    },
  });
  store.watch('fleet/', {
    snapshot: () => undefined,
    put: () => undefined,
    removed: () => undefined,
    connected: () => told.push('connected'),
    disconnected: ({ message }) => told.push(message),
  });
  const away = (text: string): void => source?.disconnected?.(new HealthCheckError(text));
  return { faults, written, told, away, connect: () => source?.connected?.() };
}

describe('ConnectionFaults', () => {
  it("prints the reason of the client instead of the store's reason, also if it comes later", () => {
    const { faults, told, away, connect } = setUp();
    away('Redis: not connected');
    faults.report(coded('ECONNREFUSED'));
    faults.report(new Error('WRONGPASS invalid'));
    connect();
    away('Redis: timed out');
    expect(told).toStrictEqual([
      'Redis: not connected',
      'Redis: connection refused',
      expect.stringMatching(/^Redis: the server refused the login/),
      'connected',
      'Redis: timed out',
    ]);
  });

  it('guesses a reason for a closed connection only before the first connection', () => {
    const { faults, told, away, connect } = setUp();
    away('Redis: not connected');
    faults.report(coded('ECONNRESET'));
    connect();
    faults.report(coded('ECONNRESET'));
    away('Redis: not connected');
    expect(told).toStrictEqual([
      'Redis: not connected',
      expect.stringContaining('if it requires TLS, use rediss://'),
      'connected',
      'Redis: connection reset',
    ]);
  });

  it('prints each message once until there is a connection, and no part of a login', () => {
    const { faults, written, connect } = setUp();
    const refused = new Error('reader failed with secret-word and other-word');
    for (const error of [refused, coded('ECONNREFUSED'), refused, coded('ECONNREFUSED')]) faults.report(error);
    expect(written).toStrictEqual(['*** failed with *** and ***', 'ECONNREFUSED 10.0.0.1']);
    connect();
    faults.report(refused);
    expect(written).toHaveLength(3);
  });
});
