import { setTimeout as pause } from 'node:timers/promises';
import { elapsed, until } from '../rolling-restart/time.mjs';
import { NAMES, Service } from './service.mjs';

/** Milliseconds. HAProxy removes a server after three failed checks, 1 s apart. */
const NOTICE = 5000;
const STATE_TIMEOUT = 60_000;

/**
 * The database of all instances freezes. Returns the figures of the requests that were sent meanwhile, the instances in rotation
 * at its end, and the instances that sent an alert. `frozenFor`: milliseconds.
 */
export function outage({ shared, frozenFor }) {
  return Service.run({ shared }, async (service) => {
    const { postgresql, alerts } = service;
    await pause(1000);
    const frozenAt = elapsed();
    postgresql.freeze();
    await service.becomes(NAMES, shared ? 'DEGRADED' : 'DOWN', STATE_TIMEOUT);
    await pause(Math.max(NOTICE, frozenFor - (elapsed() - frozenAt)));
    const inRotation = await service.inRotation();
    const ready = Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, await service.ready(name)])));
    const thawedAt = elapsed();
    postgresql.thaw();
    await service.becomes(NAMES, 'UP', STATE_TIMEOUT);
    await service.balancer.inRotation(NAMES);
    await service.stopLoad();
    return {
      shared,
      frozenFor: Math.round(thawedAt - frozenAt),
      requests: service.figures(frozenAt, thawedAt),
      inRotation,
      ready,
      alertsFrom: [...new Set(alerts.messages.flatMap(({ instances }) => instances.names))].toSorted(),
    };
  });
}

/** A rollout begins while the database is frozen. Returns the order of events. */
export function rollout({ frozenFor }) {
  return Service.run({ shared: true }, async (service) => {
    const { postgresql, instances } = service;
    const [updated, ...others] = instances.toReversed();
    const kept = others.map(({ name }) => name).toSorted();
    const events = [];
    const began = elapsed();
    const record = (what) => events.push({ after: Math.round(elapsed() - began), what });
    postgresql.freeze();
    record('the database freezes');
    await service.becomes(NAMES, 'DEGRADED', STATE_TIMEOUT);
    record('every instance is DEGRADED');
    await updated.stop();
    record(`${updated.name} has ended`);
    const started = updated.start();
    await until(async () => (await service.ready(updated.name)).code === 503, {
      limit: STATE_TIMEOUT,
      what: 'the new process',
    });
    record(`the new process of ${updated.name} is not ready`);
    const from = elapsed();
    await pause(frozenFor);
    const inRotation = await service.inRotation();
    const ready = await service.ready(updated.name);
    record(`HAProxy uses ${inRotation.join(', ')}; ready of ${updated.name} is ${ready.code}`);
    const states = await Promise.all(kept.map((name) => service.ready(name)));
    const to = elapsed();
    postgresql.thaw();
    record('the database continues');
    await started;
    await service.balancer.inRotation(NAMES);
    record('every instance is in rotation');
    await service.stopLoad();
    return { events, inRotation, ready, states, requests: service.figures(from, to) };
  });
}

/** One instance can no longer log in to the database. Returns the figures of the requests after HAProxy could notice it. */
export function localFault({ shared, lasting }) {
  const role = 'orders_3';
  return Service.run({ shared, roles: { 'orders-3': role } }, async (service) => {
    await pause(1000);
    // The server accepts every password, so the rehearsal withdraws the right to log in from the role.
    await service.postgresql.query(`ALTER ROLE ${role} NOLOGIN`);
    await service.postgresql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
    await service.becomes(['orders-3'], shared ? 'DEGRADED' : 'DOWN', STATE_TIMEOUT);
    await pause(NOTICE);
    const from = elapsed();
    await pause(lasting);
    const to = elapsed();
    const inRotation = await service.inRotation();
    await service.stopLoad();
    return { shared, inRotation, requests: service.figures(from, to) };
  });
}
