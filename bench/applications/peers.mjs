import { createServer } from 'node:http';
import { once } from 'node:events';
import { indicatorNames } from './indicator-names.mjs';

/**
 * Other libraries at `/ready`, each as its documentation shows first, with as many of the cheapest checks as it accepts.
 * They do different work: lightship reads a flag and runs no check, under-pressure calls one function, and neither names
 * the check that failed.
 */
const PEERS = {
  async lightship() {
    const { createLightship } = await import('lightship');
    const lightship = await createLightship({ port: 0, detectKubernetes: false, signals: [] });
    lightship.signalReady();
    return lightship.server;
  },

  async godaddyTerminus({ indicators }) {
    const { createTerminus } = await import('@godaddy/terminus');
    const checks = checksOf(indicators);
    const healthCheck = async () =>
      Object.fromEntries(await Promise.all(checks.map(async ({ name, check }) => [name, await check()])));
    const server = createTerminus(
      createServer((_request, response) => response.end()),
      { signals: [], healthChecks: { '/ready': healthCheck } },
    );
    return listening(server);
  },

  async healthConnect({ indicators }) {
    const { default: health } = await import('@cloudnative/health-connect');
    const { default: express } = await import('express');
    const checker = new health.HealthChecker();
    for (const { name, check } of checksOf(indicators)) {
      await checker.registerReadinessCheck(new health.ReadinessCheck(name, check));
    }
    const application = express();
    application.use('/ready', health.ReadinessEndpoint(checker));
    return listening(createServer(application));
  },

  async underPressure({ indicators }) {
    const { default: Fastify } = await import('fastify');
    const { default: underPressure } = await import('@fastify/under-pressure');
    const checks = checksOf(indicators);
    const healthCheck = async () => {
      await Promise.all(checks.map(({ check }) => check()));
      return true;
    };
    const fastify = Fastify();
    await fastify.register(underPressure, { exposeStatusRoute: '/ready', healthCheck });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    return fastify.server;
  },
};

export function startPeer({ peer, ...subject }) {
  return PEERS[peer](subject);
}

function checksOf(count) {
  return indicatorNames(count).map((name) => ({ name, check: async () => ({ status: 'UP' }) }));
}

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
