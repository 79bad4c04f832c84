import { EventEmitter } from 'node:events';
import type { ModuleMetadata } from '@nestjs/common';
import { type MqttClient, connect, connectAsync } from 'mqtt';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MqttIndicator, type MqttIndicatorOptions } from 'nest-vitals/mqtt';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { mosquitto } from '../../support/servers/mosquitto.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

const root = (...options: readonly MqttIndicatorOptions[]): ModuleMetadata => ({
  imports: [health],
  providers: options.map((one, index) => MqttIndicator(index === 0 ? 'devices' : `devices_${index}`, one)),
});

const start = (...options: readonly MqttIndicatorOptions[]): Promise<TestApplication> =>
  startApplication('express', root(...options));

const devicesIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['devices'];

const notConnected = (state: string): object => ({
  status: 'DOWN',
  error: `not connected: the client is ${state}`,
  code: 'ENOTCONN',
});

describeWith(mosquitto, 'the client of a MqttIndicator', (server) => {
  const open = async (version: 3 | 4 | 5 = 4): Promise<MqttClient> => {
    const { host, port, user, password } = server().address();
    const client = await connectAsync({
      host,
      port,
      username: user,
      password,
      protocolVersion: version,
      ...(version === 3 && { protocolId: 'MQIsdp' }),
    });
    client.on('error', () => undefined);
    onTestFinished(async () => {
      server().thaw();
      await client.endAsync(true);
    });
    return client;
  };

  it.each([3, 4, 5] as const)('works with version %s of the protocol', async (version) => {
    expect(await devicesIn(await start({ client: await open(version) }))).toMatchObject({ status: 'UP' });
  });

  it('sends only pings, one for all callers, and leaves no listener', async () => {
    const client = await open();
    const listeners = (): number => client.eventNames().reduce((sum, event) => sum + client.listenerCount(event), 0);
    const before = listeners();
    const application = await start({ client }, { client }, { client });
    const sent: string[] = [];
    const note = ({ cmd }: { readonly cmd: string }): unknown => sent.push(cmd);
    client.on('packetsend', note);
    const probes = [1, 2, 3].map(() => application.get('/health/ready'));
    for (const { status } of await Promise.all(probes)) expect(status).toBe(200);
    client.off('packetsend', note);
    expect(new Set(sent)).toEqual(new Set(['pingreq']));
    expect(sent.length).toBeLessThanOrEqual(3);
    expect(listeners()).toBe(before);
  });

  it('is DOWN when the client is blocked in a message handler, until it continues', async () => {
    const client = await open();
    const application = await start({ client, timeout: 200 });
    const callbacks: (() => void)[] = [];
    client.handleMessage = (_packet, callback) => void callbacks.push(callback);
    await client.subscribeAsync('news');
    await client.publishAsync('news', 'none');
    await vi.waitFor(() => expect(callbacks).toHaveLength(1), SOON);
    expect(await devicesIn(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    callbacks[0]?.();
    await vi.waitFor(async () => expect(await devicesIn(application)).toMatchObject({ status: 'UP' }), SOON);
  });

  it('is DOWN when the client was ended, and gets no ping', async () => {
    const client = await open();
    const application = await start({ client });
    const sendPing = vi.spyOn(client, 'sendPing');
    await client.endAsync(true);
    expect(await devicesIn(application)).toMatchObject(notConnected('closed'));
    expect(sendPing).not.toHaveBeenCalled();
  });

  it('is DOWN when the client has not connected yet, and queues nothing', async () => {
    const { url } = server().address();
    const client = connect(url, { manualConnect: true });
    const application = await start({ client });
    const sendPing = vi.spyOn(client, 'sendPing');
    expect(await devicesIn(application)).toMatchObject(notConnected('connecting'));
    expect(sendPing).not.toHaveBeenCalled();
  });
});

describe('a MqttIndicator', () => {
  /** A client whose broker responds when the test calls a function. */
  const testDouble = () =>
    Object.assign(new EventEmitter(), {
      connected: true,
      reconnecting: false,
      disconnecting: false,
      disconnected: false,
      sendPing: vi.fn<() => void>(),
    });

  it('waits for the response to a ping, and ignores other packets', async () => {
    const client = testDouble();
    const application = await start({ client });
    const probe = devicesIn(application);
    await vi.waitFor(() => expect(client.sendPing).toHaveBeenCalled(), SOON);
    client.emit('packetreceive', { cmd: 'publish' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.listenerCount('packetreceive')).toBe(1);
    client.emit('packetreceive', { cmd: 'pingresp' });
    expect(await probe).toMatchObject({ status: 'UP' });
    expect(client.eventNames()).toEqual([]);
  });

  it('is DOWN at once when the connection is lost during a ping', async () => {
    const client = testDouble();
    const application = await start({ client });
    const probe = devicesIn(application);
    await vi.waitFor(() => expect(client.sendPing).toHaveBeenCalled(), SOON);
    client.emit('close');
    expect(await probe).toMatchObject({ status: 'DOWN', error: 'connection reset', code: 'ECONNRESET' });
    expect(client.eventNames()).toEqual([]);
    client.connected = false;
    client.reconnecting = true;
    expect(await devicesIn(application)).toMatchObject(notConnected('reconnecting'));
    expect(client.sendPing).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['without a client', {} as MqttIndicatorOptions, 'it is missing'],
    [
      'with a client of another kind',
      { client: new EventEmitter() } as unknown as MqttIndicatorOptions,
      'its client is an object instead of an MqttClient of mqtt',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('MqttIndicator("devices")');
    expect(String(error)).toContain(problem);
  });
});
