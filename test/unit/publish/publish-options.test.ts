import { type ConfigurationFault, isHealthConfigurationError } from 'nest-vitals';
import {
  dogstatsd,
  etcdKey,
  healthchecksIo,
  mqttTopic,
  natsSubject,
  pushgateway,
  redisChannel,
  statsd,
  uptimeKuma,
} from 'nest-vitals/publish';
import { describe, expect, it } from 'vitest';
import { type HealthPublishOptions, resolvePublishOptions } from '../../../src/publish/publish-options.js';
import { Faults } from '../../../src/options/faults.js';

/** A pool of `redis` does not show whether it has a connection. */
const POOL = { isOpen: true, sendCommand: () => undefined };
const unused = (): undefined => undefined;
const ETCD = {
  kv: { put: unused },
  leaseClient: { leaseGrant: unused, leaseRevoke: unused, leaseKeepAlive: unused },
};
const publisher = { name: 'board', publish: () => undefined };
const KNOWN = ['live', 'ready'];
const PLACE = 'HealthPublishModule.forRoot()';

describe('the publish options of the module', () => {
  it('have defaults, which a publisher can replace', () => {
    const faults = new Faults();
    const options: HealthPublishOptions = {
      period: '1m',
      publishers: [publisher, { publisher, probe: 'live', period: 100, jitter: 0, onChange: false, timeout: '1s' }],
    };
    expect(resolvePublishOptions(options, KNOWN, faults)).toEqual([
      { publisher, probe: 'ready', period: 60_000, jitter: 0.1, onChange: true, timeout: 5000 },
      { publisher, probe: 'live', period: 100, jitter: 0, onChange: false, timeout: 1000 },
    ]);
    expect(resolvePublishOptions({ ...options, enabled: false }, KNOWN, faults)).toEqual([]);
    expect(faults.list).toEqual([]);
  });

  it.each([
    [{}, `${PLACE}, publishers`, 'it is missing'],
    [{ publishers: 1 }, `${PLACE}, publishers`, 'its value is 1'],
    [{ publishers: ['board'] }, `${PLACE}, publishers[0]`, 'its value is "board"'],
    [{ publishers: [{ ...publisher, name: ' ' }] }, `${PLACE}, publishers[0]`, 'its value is an object'],
    [{ publishers: [{ ...publisher, finish: 1 }] }, `${PLACE}, publishers[0]`, 'its value is an object'],
    [{ publishers: [{ publisher, perod: 1 }] }, `${PLACE}, publishers[0]`, 'there is no option "perod"'],
    [{ publishers: [{ publisher, timeout: 0 }] }, `${PLACE}, publishers[0], timeout`, 'its value is 0'],
    [{ publishers: [], period: 5 }, `${PLACE}, period`, 'its value is 5'],
    [{ publishers: [], jitter: 2 }, `${PLACE}, jitter`, 'its value is 2'],
    [{ publishers: [], onChange: 1 }, `${PLACE}, onChange`, 'its value is 1'],
    [{ publishers: [], enabled: 1 }, `${PLACE}, enabled`, 'its value is 1'],
    [{ publishers: [], targets: [] }, PLACE, 'there is no option "targets"'],
    [{ publishers: [], probe: 'redy' }, `${PLACE}, probe`, expect.stringContaining('"redy"')],
    [{ publishers: [{ publisher, probe: 'x' }] }, `${PLACE}, publishers[0], probe`, expect.stringContaining('"x"')],
  ])('report a fault for %j', (options, place, problem) => {
    const faults = new Faults();
    resolvePublishOptions(options as unknown as HealthPublishOptions, KNOWN, faults);
    expect(faults.list).toMatchObject([{ place, problem }]);
  });
});

describe('the publish options of a target', () => {
  const url = 'ftp://user:secret@host';
  it.each<[string, (given: never) => unknown, object, string]>([
    ['healthchecksIo()', healthchecksIo, {}, 'url'],
    ['healthchecksIo()', healthchecksIo, { url }, 'url'],
    ['uptimeKuma()', uptimeKuma, { url }, 'url'],
    ['pushgateway()', pushgateway, { url: 'http://host' }, 'job'],
    ['pushgateway()', pushgateway, { url: 'http://host', job: ' ' }, 'job'],
    ['pushgateway()', pushgateway, { url: 'http://host', job: 'a', grouping: { job: 'b' } }, 'grouping'],
    ['pushgateway()', pushgateway, { url: 'http://host', job: 'a', instance: '' }, 'instance'],
    ['statsd()', statsd, { port: 0 }, 'port'],
    ['statsd()', statsd, { host: ' ' }, 'host'],
    ['statsd()', statsd, { prefix: 'a:b' }, 'prefix'],
    ['dogstatsd()', dogstatsd, { tags: ['a|b'] }, 'tags'],
    ['redisChannel()', redisChannel, { channel: 'a' }, 'client'],
    ['redisChannel()', redisChannel, { channel: 'a', client: { url: 'redis://user:secret@host' } }, 'client'],
    ['redisChannel()', redisChannel, { channel: 'a', client: POOL }, 'client'],
    ['natsSubject()', natsSubject, { subject: 'a', client: POOL }, 'client'],
    ['mqttTopic()', mqttTopic, { topic: 'a', client: 'mqtt://user:secret@host' }, 'client'],
    ['mqttTopic()', mqttTopic, { topic: 'a' }, 'client'],
    ['etcdKey()', etcdKey, { key: 'a', client: { kv: {}, leaseClient: {} } }, 'client'],
    ['etcdKey()', etcdKey, { client: ETCD }, 'key'],
    ['etcdKey()', etcdKey, { client: ETCD, key: 'a', ttl: 1000 }, 'ttl'],
    ['etcdKey()', etcdKey, { client: ETCD, key: 'a', value: 1 }, 'value'],
  ])('of %s report a fault and show no secret (case %#)', (place, create, given, option) => {
    const [fault, ...more] = faultsOf(() => create(given as never));
    expect(more).toEqual([]);
    expect(fault?.place).toBe(`${place}, ${option}`);
    expect(JSON.stringify(fault)).not.toContain('secret@');
  });

  it('of a channel report all faults together', () => {
    const options = {
      client: 1,
      channel: ' ',
      subject: 'a..b',
      topic: 'a/#',
      qos: 3,
      retain: 1,
      instance: '',
    } as never;
    const placesOf = (create: (given: never) => unknown): readonly string[] =>
      faultsOf(() => create(options)).map(({ place }) => place.replace(/^.*, /, ''));
    expect(placesOf(redisChannel)).toEqual(expect.arrayContaining(['client', 'channel', 'instance']));
    expect(placesOf(natsSubject)).toEqual(expect.arrayContaining(['client', 'subject', 'instance']));
    expect(placesOf(mqttTopic)).toEqual(expect.arrayContaining(['client', 'topic', 'qos', 'retain', 'instance']));
  });

  it('report all faults together', () => {
    const given = { url: 1, job: 2, label: 3 } as never;
    expect(faultsOf(() => pushgateway(given)).map(({ place }) => place)).toEqual([
      'pushgateway()',
      'pushgateway(), url',
      'pushgateway(), job',
    ]);
  });
});

function faultsOf(create: () => unknown): readonly ConfigurationFault[] {
  try {
    create();
  } catch (error) {
    if (isHealthConfigurationError(error)) return error.faults;
    throw error;
  }
  return expect.unreachable('there is no fault');
}
