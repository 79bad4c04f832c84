import { Haproxy } from './haproxy.mjs';
import { Nginx } from './nginx.mjs';

/** The balancers, and how each learns that an instance is on its way out. */
export const BALANCERS = {
  haproxy: {
    title: 'active checks of /health/ready each second, no retries',
    program: 'haproxy',
    create: () => new Haproxy(),
  },
  nginx: {
    title: 'passive checks, a request that failed goes to another instance if it may be sent twice',
    program: 'nginx',
    create: () => new Nginx(),
  },
  'nginx-strict': {
    title: 'passive checks, proxy_next_upstream off',
    program: 'nginx',
    create: () => new Nginx({ isStrict: true }),
  },
  'nginx-watched': {
    title: 'proxy_next_upstream off, and somebody asks for /health/ready through nginx',
    program: 'nginx',
    create: () => new Nginx({ configuration: 'nginx/orders-watched.conf', isWatched: true }),
    // nginx stops asking after the first refusal, so this is a case for a fixed time.
    environment: { HEALTH_SHUTDOWN_DELAY: '3000' },
  },
};
