import { afterEach, expect, it, vi } from 'vitest';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { AlertingFleet } from './alerting-fleet.js';

useFakeClock();

/** Longer than every wait of a fleet: a lease, the silence of a sender, a note of a crashed instance. */
const LONG = 150_000;
let fleet: AlertingFleet;

afterEach(async () => {
  await fleet.stop();
  if (vi.getTimerCount() > 0) throw new Error(`${vi.getTimerCount()} timers are left`);
});

const start = async (count: number, options?: ConstructorParameters<typeof AlertingFleet>[1]): Promise<void> => {
  fleet = new AlertingFleet(count, options);
  await advance(20_000);
};

it('the fleet sends one message for five instances with their number, and one when the last of them has recovered', async () => {
  await start(5);
  await fleet.become('DOWN');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 5/5']);
  expect(fleet.sent[0]?.alert).toMatchObject({
    event: 'down',
    status: 'DOWN',
    error: 'connection refused',
    code: 'ECONNREFUSED',
    instances: { affected: 5, total: 5, names: ['orders-1', 'orders-2', 'orders-3', 'orders-4', 'orders-5'] },
  });

  await fleet.become('UP', fleet.instances.slice(1));
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 5/5']);
  const [first] = fleet.instances;
  first?.becomes('UP');
  const began = fleet.sent[0]?.alert.since.elapsed ?? 0;
  const lasted = performance.now() - began;
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 5/5', 'up 5/5']);
  // From the first failure of the first instance to the first success of the last one.
  expect(fleet.sent[1]?.alert).toMatchObject({ event: 'up', status: 'UP', since: fleet.sent[0]?.alert.since });
  expect(Math.abs((fleet.sent[1]?.alert.duration ?? 0) - lasted)).toBeLessThan(1000);
});

it('the fleet counts instances whose own debounce has not passed, and instances that recover before the message', async () => {
  await start(5, { debounce: 10_000 });
  await fleet.become('DOWN', fleet.instances.slice(0, 3), 4000);
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/5']);
});

it('the fleet counts affected instances without following the other instances all the time', async () => {
  await start(5, { follows: false, secret: 'a secret of the fleet' });
  await fleet.become('DOWN', fleet.instances.slice(0, 2));
  await advance(10_000);
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 2/5', 'up 2/5']);
  expect(fleet.log).toEqual([]);
});

it('the fleet sends a second message when the outage of one instance becomes an outage of most, and no further message', async () => {
  await start(5);
  const [first, second, ...others] = fleet.instances;
  first?.becomes('DOWN');
  await advance(20_000);
  second?.becomes('DOWN');
  await advance(20_000);
  expect(fleet.messages).toEqual(['down 1/5']);
  await fleet.become('DOWN', others, 10_000);
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 1/5', 'down 3/5']);
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 1/5', 'down 3/5', 'up 5/5']);
});

it('the fleet message has the worst status when instances disagree', async () => {
  await start(3, { bad: ['DEGRADED', 'DOWN'] });
  const [first, second] = fleet.instances;
  first?.becomes('DEGRADED');
  second?.becomes('DOWN');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 2/3']);
  expect(fleet.sent[0]?.alert.status).toBe('DOWN');
});

it('the fleet announces two outages of a flapping check, each with its recovery', async () => {
  await start(3);
  for (let round = 0; round < 2; round += 1) {
    await fleet.become('DOWN');
    await advance(5000);
    await fleet.become('UP');
    await advance(10_000);
  }
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3', 'up 3/3', 'down 3/3', 'up 3/3']);
});

it.each(['killed', 'drained', 'cut off'] as const)(
  'the fleet sends the recovery once if the sender was %s meanwhile',
  async (how) => {
    await start(5);
    await fleet.become('DOWN');
    await advance(20_000);
    const { sender, others } = fleet;
    if (how === 'killed') sender.kill();
    else if (how === 'drained') await sender.drain();
    else sender.connection.sever();
    await advance(30_000);
    await fleet.become('UP', others);
    if (how === 'cut off') {
      // The instance may still be affected. Its note expires.
      await advance(LONG);
      sender.becomes('UP');
      await advance(5000);
      sender.connection.mend();
    }
    await advance(LONG);
    expect(fleet.messages).toEqual(['down 5/5', 'up 5/5']);
    expect(fleet.sent[1]?.by).not.toBe(sender.name);
  },
);

it('the sender sends no message of its own if its connection is closed right after the message for all', async () => {
  await start(3);
  await fleet.become('DOWN');
  while (fleet.sent.length === 0) await advance(10);
  const { sender } = fleet;
  sender.connection.close();
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3', 'up 3/3']);
  expect(fleet.sent[1]?.by).not.toBe(sender.name);
});

it('an instance that was cut off announces its outage, if it lasts when the instance is reachable again', async () => {
  await start(5);
  const [cutOff] = fleet.instances;
  await fleet.become('DOWN');
  await advance(20_000);
  cutOff?.connection.sever();
  await advance(60_000);
  await fleet.become('UP', fleet.instances.slice(1));
  await advance(LONG);
  cutOff?.connection.mend();
  await advance(20_000);
  expect(fleet.messages).toEqual(['down 5/5', 'up 5/5', 'down 1/5']);
  cutOff?.becomes('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 5/5', 'up 5/5', 'down 1/5', 'up 1/5']);
});

it('the fleet announces the second outage of an instance that was cut off before the first one ended for the others', async () => {
  await start(3);
  await fleet.become('DOWN');
  await advance(20_000);
  const [cutOff] = fleet.others;
  cutOff?.connection.sever();
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3', 'up 3/3']);
  cutOff?.becomes('DOWN');
  await advance(60_000);
  expect(fleet.messages.slice(2)).toEqual([`down ${cutOff?.name}`]);
});

it('another instance sends the message if the sender is killed before the receiver has accepted it', async () => {
  await start(3);
  for (const instance of fleet.instances) instance.receiver = 'hangs';
  await fleet.become('DOWN');
  await advance(10_000);
  expect(fleet.attempts).toHaveLength(1);
  fleet.instances.find(({ name }) => name === fleet.attempts[0])?.kill();
  for (const instance of fleet.instances) instance.receiver = 'accepts';
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3']);
});

it('another instance sends the message if the sender cannot reach the receiver', async () => {
  await start(3);
  for (const instance of fleet.instances) instance.receiver = 'fails';
  await fleet.become('DOWN');
  await advance(5000);
  const [sender] = fleet.attempts;
  for (const instance of fleet.instances) if (instance.name !== sender) instance.receiver = 'accepts';
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3']);
  expect(fleet.sender.name).not.toBe(sender);
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3', 'up 3/3']);
});

it('the fleet makes one attempt if the receiver refuses the message', async () => {
  await start(3);
  for (const instance of fleet.instances) instance.receiver = 'refuses';
  await fleet.become('DOWN');
  await advance(LONG);
  expect(fleet.attempts).toHaveLength(1);
});

it('each instance sends its own message and recovery while the store is unavailable, and repeats none of them', async () => {
  await start(3);
  fleet.backend.simulate('unavailable');
  await advance(60_000);
  await fleet.become('DOWN');
  await advance(10_000);
  expect(fleet.messages.toSorted()).toEqual(['down orders-1', 'down orders-2', 'down orders-3']);

  fleet.backend.simulate(undefined);
  await advance(LONG);
  expect(fleet.sent).toHaveLength(3);
  await fleet.become('UP');
  await advance(LONG);
  expect(fleet.messages.slice(3).toSorted()).toEqual(['up orders-1', 'up orders-2', 'up orders-3']);

  await fleet.become('DOWN');
  await advance(LONG);
  expect(fleet.messages.slice(6)).toEqual(['down 3/3']);
});

it.each(['unavailable', 'frozen'] as const)(
  'the fleet sends the message when the store becomes %s with the outage',
  async (fault) => {
    await start(3);
    fleet.backend.simulate(fault);
    await fleet.become('DOWN');
    await advance(50_000);
    expect(fleet.messages.toSorted()).toEqual(['down orders-1', 'down orders-2', 'down orders-3']);
  },
);

it.each(['with its data', 'without its data'])(
  'the fleet sends one recovery when the store is available again %s, and repeats no message',
  async (data) => {
    await start(3);
    await fleet.become('DOWN');
    await advance(20_000);
    fleet.backend.simulate('unavailable');
    await advance(LONG);
    await fleet.become('UP', fleet.instances.slice(1));
    await advance(60_000);
    expect(fleet.messages).toEqual(['down 3/3']);

    if (data === 'without its data') fleet.backend.loseData();
    fleet.backend.simulate(undefined);
    await advance(LONG);
    expect(fleet.messages).toEqual(['down 3/3']);
    await fleet.become('UP');
    await advance(LONG);
    expect(fleet.messages).toEqual(['down 3/3', 'up 3/3']);
  },
);

it('a restarted instance that finds the same outage sends no message', async () => {
  await start(3);
  await fleet.become('DOWN');
  await advance(20_000);
  fleet.instances[0]?.kill();
  const again = fleet.add('orders-1');
  await advance(5000);
  again.becomes('DOWN');
  await fleet.become('UP', fleet.instances.slice(1, 3));
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3']);
  again.becomes('UP');
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 3/3', 'up 3/3']);
});

it('the fleet sends the recovery after all instances were replaced', async () => {
  await start(2);
  await fleet.become('DOWN');
  await advance(20_000);
  for (const instance of fleet.instances) instance.kill();
  for (const name of ['orders-3', 'orders-4']) fleet.add(name);
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 2/2', 'up 2/4']);
  expect(fleet.sent[1]?.alert.error).toBe('no instance reports the outage any more');
});

it('the outage of a crashed instance stays open while another instance has not checked the dependency', async () => {
  await start(2);
  const [first, second] = fleet.instances;
  first?.becomes('DOWN');
  await advance(20_000);
  if (second) second.status = 'UNKNOWN';
  first?.kill();
  await advance(LONG);
  expect(fleet.messages).toEqual(['down 1/2']);
  if (second) second.status = 'UP';
  await advance(10_000);
  expect(fleet.messages).toHaveLength(2);
});

it('a single instance sends its remaining message before it stops', async () => {
  await start(1);
  const [only] = fleet.instances;
  only?.becomes('DOWN');
  await advance(1500);
  const stopped = only?.drain();
  await advance(10_000);
  await stopped;
  expect(fleet.sent).toHaveLength(1);
});
