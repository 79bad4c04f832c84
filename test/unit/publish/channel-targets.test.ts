import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import {
  type HealthPublisher,
  type MqttPublishingClient,
  type NatsPublishingClient,
  type PublishedHealth,
  mqttTopic,
  natsSubject,
  redisChannel,
} from 'nest-vitals/publish';
import { describe, expect, it, vi } from 'vitest';
import { FAILING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { type Latch, latch } from '../../support/latch.js';

const { signal } = new AbortController();
const publish = async (target: HealthPublisher, abort = signal): Promise<unknown> =>
  target.publish(PASSING_REPORT, abort);
const settle = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

type Send = (...parameters: unknown[]) => Promise<unknown>;

describe('redisChannel', () => {
  const open = { isOpen: true, isReady: true };

  it.each<[string, object, unknown[]]>([
    ['client', open, []],
    ['cluster', { isOpen: true, masters: [] }, ['health', false]],
    ['sentinel', { ...open, getMasterNode: () => undefined }, [false]],
  ])(
    'sends PUBLISH through a %s of redis, which can remove the command from its queue',
    async (_kind, state, first) => {
      const sendCommand = vi.fn<Send>().mockResolvedValue(1);
      await publish(redisChannel({ channel: 'health', client: { ...state, sendCommand } as never, instance: 'a' }));
      const words = ['PUBLISH', 'health', expect.stringContaining('"instance":"a"')];
      expect(sendCommand.mock.calls).toEqual([[...first, words, { abortSignal: signal }]]);
    },
  );

  it('sends nothing with a client that is not connected', async () => {
    const sendCommand = vi.fn<Send>();
    const client = { isOpen: true, isReady: false, sendCommand };
    await expect(publish(redisChannel({ channel: 'health', client }))).rejects.toThrow(
      'not connected: the client is connecting',
    );
    expect(sendCommand).not.toHaveBeenCalled();
  });

  it('has at most one call in flight, also after the call was aborted', async () => {
    const calls: Latch<unknown>[] = [];
    const client = {
      ...open,
      sendCommand: () => {
        const call = latch<unknown>();
        calls.push(call);
        return call.promise;
      },
    };
    const target = redisChannel({ channel: 'health', client });
    const controllers = [new AbortController(), new AbortController()];
    for (const controller of controllers) {
      const call = publish(target, controller.signal);
      await settle();
      controller.abort();
      await expect(call).rejects.toThrow('abort');
    }
    const last = publish(target);
    await settle();
    expect(calls).toHaveLength(1);
    calls[0]?.fail(new Error('late'));
    await settle();
    expect(calls).toHaveLength(2);
    calls[1]?.open(1);
    await last;
  });

  it('sends nothing if the connection was lost while the previous call was in flight', async () => {
    const first = latch<unknown>();
    const sendCommand = vi.fn<Send>().mockReturnValueOnce(first.promise).mockResolvedValue(1);
    const client = { isOpen: true, isReady: true, sendCommand };
    const target = redisChannel({ channel: 'health', client });
    const calls = [publish(target), publish(target)];
    await settle();
    client.isReady = false;
    first.fail(Object.assign(new Error('Socket closed unexpectedly'), { name: 'SocketClosedUnexpectedlyError' }));
    await expect(calls[0]).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(calls[1]).rejects.toThrow('not connected: the client is connecting');
    expect(sendCommand).toHaveBeenCalledTimes(1);
  });
});

describe('natsSubject', () => {
  const testDouble = () => ({
    publish: vi.fn<NatsPublishingClient['publish']>(),
    rtt: vi.fn<() => Promise<number>>().mockResolvedValue(1),
    flush: vi.fn<() => Promise<void>>().mockResolvedValue(undefined),
    isClosed: () => false,
    isDraining: () => false,
  });

  it('sends nothing while the server does not respond to a ping', async () => {
    const client = testDouble();
    const ping = latch<number>();
    client.rtt.mockReturnValueOnce(ping.promise);
    const controller = new AbortController();
    const call = publish(natsSubject({ subject: 'health', client }), controller.signal);
    await settle();
    controller.abort();
    await expect(call).rejects.toThrow('abort');
    ping.open(1);
    await settle();
    expect(client.publish).not.toHaveBeenCalled();
  });

  it.each([
    [Object.assign(new Error('x'), { code: 'DISCONNECT' }), 'not connected: the client is reconnecting'],
    [new Error('closed connection'), 'not connected: the client is closed'],
    [new Error('another'), 'another'],
  ])('explains the error of a failed ping (case %#)', async (error, text) => {
    const client = testDouble();
    client.rtt.mockRejectedValue(error);
    await expect(publish(natsSubject({ subject: 'health', client }))).rejects.toThrow(text);
  });

  it('rejects at once while the connection drains', async () => {
    const client = { ...testDouble(), isDraining: () => true };
    await expect(publish(natsSubject({ subject: 'health', client }))).rejects.toThrow('the connection is draining');
    expect(client.rtt).not.toHaveBeenCalled();
  });
});

describe('mqttTopic', () => {
  const testDouble = () =>
    Object.assign(new EventEmitter(), {
      connected: true,
      reconnecting: false,
      disconnecting: false,
      disconnected: false,
      sendPing: vi.fn<() => void>(),
      publishAsync: vi.fn<MqttPublishingClient['publishAsync']>().mockResolvedValue(undefined),
    });

  it('waits for a ping after a message that the broker does not confirm', async () => {
    const client = testDouble();
    let isSent = false;
    const call = publish(mqttTopic({ topic: 'health', client, qos: 0 })).then(() => (isSent = true));
    await vi.waitFor(() => expect(client.sendPing).toHaveBeenCalled());
    expect(isSent).toBe(false);
    client.emit('packetreceive', { cmd: 'pingresp' });
    await call;
    expect(client.publishAsync).toHaveBeenCalledWith('health', expect.any(String), { qos: 0, retain: true });
  });

  it('names the reason code of a refusal', async () => {
    const client = testDouble();
    client.publishAsync.mockRejectedValue(Object.assign(new Error('Publish error: Not authorized'), { code: 135 }));
    await expect(publish(mqttTopic({ topic: 'health', client }))).rejects.toThrow(
      'the broker refused the message with the reason code 135',
    );
  });
});

describe('a message', () => {
  it('contains the host name, and neither data nor overrides', async () => {
    const client = { isOpen: true, isReady: true, sendCommand: vi.fn<Send>().mockResolvedValue(1) };
    const until = '2026-01-01T00:00:00.000Z';
    const override = { by: 'ops@example.com', reason: 'planned', until, options: ['enabled'] };
    const details = { payments: { status: 'DOWN', error: 'refused', data: { host: 'a' }, override } };
    await redisChannel({ channel: 'health', client }).publish({ ...FAILING_REPORT, details } as never, signal);
    const [words] = client.sendCommand.mock.calls[0] as [string[]];
    const message = JSON.parse(words[2] ?? '') as PublishedHealth;
    expect(message).toEqual({
      ...FAILING_REPORT,
      instance: hostname(),
      details: { payments: { status: 'DOWN', error: 'refused' } },
    });
  });
});
