import type { ModuleMetadata, Type } from '@nestjs/common';
import { type HealthCheckDetail, type HealthIndicator, HealthModule } from 'nest-vitals';
import { expect, it, onTestFinished } from 'vitest';
import { reportIn } from './responses.js';
import { startApplication } from './start-application.js';
import { type WebhookReceiver, webhookReceiver } from './webhook-receiver.js';

/** The login of the clients. */
export const CLUSTER_LOGIN = { username: 'application', password: 'secret-of-the-test' };
const ENCODED = Buffer.from(`${CLUSTER_LOGIN.username}:${CLUSTER_LOGIN.password}`).toString('base64');

/** One integration for clusters, with its own client. */
export interface ClusterSubject {
  /** The indicator, with a client that is connected to the node. */
  indicator(node: string, options: { index?: string; enough?: 'green' | 'yellow' }): Type<HealthIndicator>;
}

const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });
const HEALTH = { cluster_name: 'orders', number_of_nodes: 1, unassigned_shards: 3 };
const SHARDS = '3 shards are not assigned';

/** Tests how an indicator judges the responses of a cluster, through the real client. The login must not be in the log. */
export function describeClusterResponses(subject: ClusterSubject): void {
  const detailOf = async (
    status: number,
    body: unknown,
    options: Parameters<ClusterSubject['indicator']>[1] = {},
  ): Promise<{ readonly detail: HealthCheckDetail | undefined; readonly receiver: WebhookReceiver }> => {
    const receiver = await webhookReceiver();
    receiver.respond = (response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
        .end(JSON.stringify(body));
    const root: ModuleMetadata = { imports: [health], providers: [subject.indicator(receiver.url, options)] };
    const application = await startApplication('express', root);
    const detail = reportIn(await application.get('/health/deep')).details['search'];
    expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${ENCODED}`);
    expect(application.log.text).not.toContain(CLUSTER_LOGIN.password);
    expect(application.log.text).not.toContain(ENCODED);
    return { detail, receiver };
  };

  it.each([
    ['green', undefined, { status: 'UP' }],
    ['yellow', undefined, { status: 'DEGRADED', message: `the status of the cluster is yellow: ${SHARDS}` }],
    ['yellow', 'yellow', { status: 'UP' }],
    ['GREEN', undefined, { status: 'UP' }],
    ['red', undefined, { status: 'DOWN', error: `the status of the cluster is red: ${SHARDS}` }],
    ['red', 'yellow', { status: 'DOWN' }],
    ['purple', undefined, { status: 'DOWN', error: 'the response has no status of the cluster' }],
    [undefined, undefined, { status: 'DOWN', error: 'the response has no status of the cluster' }],
  ] as const)('judges the status %s, with enough: %s', async (status, enough, expected) => {
    const { detail } = await detailOf(200, { ...HEALTH, status }, enough && { enough });
    expect(detail).toMatchObject(expected);
    expect(detail?.data).toMatchObject({ cluster: 'orders', nodes: 1, unassigned_shards: 3 });
  });

  it.each([
    [401, { status: 'DOWN', error: 'the server refused the credentials (status 401)' }],
    [
      403,
      {
        status: 'DEGRADED',
        message: 'cannot check the cluster: the user is not permitted to request its health',
      },
    ],
    [429, { status: 'DOWN', error: 'the server responded with status 429' }],
    [503, { status: 'DOWN', error: 'the server responded with status 503' }],
  ])('reports the refusal %s without the text of the server', async (status, expected) => {
    const { detail } = await detailOf(status, { error: { type: 'hidden', reason: 'hidden' }, status });
    expect(detail).toMatchObject(expected);
    expect(JSON.stringify(detail)).not.toContain('hidden');
  });

  it('requests the health of the indices in its options', async () => {
    const { receiver } = await detailOf(200, { ...HEALTH, status: 'green' }, { index: 'orders-*' });
    expect(receiver.received.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`)).toEqual([
      'GET /_cluster/health/orders-*',
    ]);
  });

  it('ends the request when the check times out', async () => {
    const receiver = await webhookReceiver();
    const closed = new Promise<void>((resolve) => {
      receiver.respond = (response) => void response.once('close', resolve);
    });
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { timeout: 200 } })],
      providers: [subject.indicator(receiver.url, {})],
    });
    const { search } = reportIn(await application.get('/health/deep')).details;
    expect(search).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    await closed;
    expect(receiver.received).toHaveLength(1);
    onTestFinished(() => application.app.close());
  });
}
