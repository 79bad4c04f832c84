import { consulStore } from 'nest-vitals/stores/consul';
import { afterAll, beforeAll, describe } from 'vitest';
import { FakeConsul } from '../../support/servers/fake-consul.js';
import { testSource } from './behaviours.js';

describe('a source in Consul, against a fake server', () => {
  const consul = new FakeConsul();
  beforeAll(() => consul.start());
  afterAll(() => consul.stop());
  testSource({
    name: 'fake Consul',
    server: () => ({
      port: Number(new URL(consul.url).port),
      freeze: () => consul.freeze(),
      thaw: () => consul.thaw(),
      kill: () => consul.stop(),
      restart: () => consul.start(),
    }),
    open: (port) => consulStore({ url: `http://127.0.0.1:${port}` }),
    keepsData: true,
    size: 2000,
  });
});
