import { setTimeout as pause } from 'node:timers/promises';
import { Haproxy } from './balancers/haproxy.mjs';
import { withFleet } from './fleet.mjs';

const BLUE = ['blue-1', 'blue-2'];
const GREEN = ['green-1', 'green-2'];
/** Milliseconds of load before the switch, and after it. */
const CALM = 1000;

/** The ways to move traffic from one colour to the other. */
const SWITCHES = {
  /** The applications change their readiness: `refuseTraffic` and `acceptTraffic`. */
  readiness: {
    prepare: eachOf(GREEN, (instance) => instance.command('refuse')),
    open: eachOf(GREEN, (instance) => instance.command('accept')),
    close: eachOf(BLUE, (instance) => instance.command('refuse')),
  },
  /** The state of the servers is set through the runtime socket of HAProxy. */
  socket: {
    prepare: eachOf(GREEN, ({ name }, haproxy) => haproxy.setState('orders', name, 'maint')),
    open: eachOf(GREEN, ({ name }, haproxy) => haproxy.setState('orders', name, 'ready')),
    close: eachOf(BLUE, ({ name }, haproxy) => haproxy.setState('orders', name, 'drain')),
  },
};

/** Moves a steady load from the blue instances to the green ones, stops the blue ones, and counts lost requests. */
export function switchColours({ subject, by, rate, environment }) {
  const haproxy = new Haproxy({ configuration: 'haproxy/haproxy-colours.cfg' });
  const settings = { subject, names: [...BLUE, ...GREEN], balancer: haproxy, rate, environment };
  return withFleet(settings, async ({ instances, load }) => {
    const { prepare, open, close } = SWITCHES[by];
    await haproxy.inRotation([...BLUE, ...GREEN]);
    await prepare(instances, haproxy);
    await haproxy.inRotation(BLUE);
    load.start();
    await pause(CALM);
    const before = load.answered;

    await open(instances, haproxy);
    await haproxy.inRotation([...BLUE, ...GREEN]);
    await close(instances, haproxy);
    await haproxy.inRotation(GREEN);
    const restarts = await Promise.all(select(instances, BLUE).map((instance) => instance.stop()));
    const switched = load.answered;
    await pause(CALM);

    return { ...(await load.stop()), before, switched, restarts };
  });
}

function eachOf(names, act) {
  return (instances, haproxy) => Promise.all(select(instances, names).map((instance) => act(instance, haproxy)));
}

function select(instances, names) {
  return instances.filter(({ name }) => names.includes(name));
}
