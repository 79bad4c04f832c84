import { Apache } from './apache.mjs';
import { Caddy } from './caddy.mjs';
import { Haproxy } from './haproxy.mjs';
import { Nginx } from './nginx.mjs';
import { Varnish } from './varnish.mjs';

/** The balancers, with the way in which each detects that an instance is draining. */
export const BALANCERS = {
  haproxy: {
    title: 'active checks of /health/ready every second, no retries',
    program: 'haproxy',
    create: () => new Haproxy(),
  },
  'haproxy-backends': {
    title: 'the same servers in three backends, so HAProxy checks each of them three times a second',
    program: 'haproxy',
    create: () => new Haproxy({ backends: 3 }),
  },
  'haproxy-watched': {
    title: 'a monitor without a User-Agent requests /health/ready through HAProxy 100 times a second',
    program: 'haproxy',
    create: () => new Haproxy({ isWatched: true }),
  },
  'haproxy-agent': {
    title: 'agent checks every 500 ms, no retries',
    program: 'haproxy',
    create: () => new Haproxy({ agent: 'beside' }),
  },
  'haproxy-agent-alone': {
    title: 'agent checks every 500 ms and no other checks, no retries',
    program: 'haproxy',
    create: () => new Haproxy({ agent: 'alone' }),
  },
  nginx: {
    title: 'passive checks, a failed idempotent request is retried on another instance',
    program: 'nginx',
    create: () => new Nginx(),
  },
  'nginx-strict': {
    title: 'passive checks, proxy_next_upstream off',
    program: 'nginx',
    create: () => new Nginx({ isStrict: true }),
  },
  'nginx-watched': {
    title: 'proxy_next_upstream off, and a monitor requests /health/ready through nginx',
    program: 'nginx',
    create: ({ failTimeout }) =>
      new Nginx({ configuration: 'nginx/orders-watched.conf', isWatched: true, failTimeout }),
    // nginx sends no more requests to an instance after its first 503, so the drain needs a fixed delay.
    environment: { HEALTH_SHUTDOWN_DELAY: '3000' },
  },
  caddy: {
    title: 'active checks of /health/ready every second, no retries',
    program: 'caddy',
    create: () => new Caddy(),
  },
  apache: {
    title: 'mod_proxy_hcheck requests /health/ready every second',
    program: 'apache2',
    create: () => new Apache(),
  },
  varnish: {
    title: 'probes of /health/ready every second',
    program: 'varnishd',
    create: () => new Varnish(),
  },
};
