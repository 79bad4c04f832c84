import { HealthModule } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { sendRaw } from '../support/raw-request.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';

/** docs/security.md describes these responses: the adapter sends them, and repeats the path. */
describe.each(ADAPTERS)('the responses of the adapter itself on %s', (adapter) => {
  it.each([
    ['GET', '/health/%E0%A4%A-mine', 400],
    ['GET', '/health/%', 400],
    ['POST', '/readyz?mine', 404],
    ['DELETE', '/livez', 404],
  ])('%s %s is %i, repeats the path, and is not a health report', async (method, path, status) => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot({ aliases: true })] });
    const response = await sendRaw(application, path, { method });
    expect(response.status).toBe(status);
    const [, last] = /\/([^/]+)$/.exec(path) ?? [];
    expect(response.body).toContain(last);
    expect(response.headers).not.toHaveProperty('x-health-status');
  });

  it.each(['POST', 'DELETE'])('%s to an endpoint below the base path is a 404 of the library', async (method) => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot({ aliases: true })] });
    const response = await sendRaw(application, '/health/ready?mine', { method });
    expect(response).toMatchObject({ status: 404, body: '{"error":"not found"}' });
  });
});
