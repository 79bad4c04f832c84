import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { S3Indicator, type S3IndicatorOptions } from 'nest-vitals/s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { refusalOf, startApplication } from '../../support/start-application.js';
import { webhookReceiver } from '../../support/webhook-receiver.js';

const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });

function clientOf(endpoint: string, config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'hidden-key', secretAccessKey: 'hidden-secret' },
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}

async function detailOf(client: S3Client): Promise<HealthCheckDetail | undefined> {
  const application = await startApplication('express', {
    imports: [health],
    providers: [S3Indicator('files', { client, bucket: 'orders' })],
  });
  const { files } = reportIn(await application.get('/health/deep')).details;
  expect(application.log.text).not.toContain('hidden');
  return files;
}

describe('an S3Indicator', () => {
  it.each([
    [301, 'the bucket is in another region than the client: eu-central-1'],
    [400, 'the server responded with status 400'],
    [403, 'access to the bucket was refused: the credentials are wrong, or do not permit s3:ListBucket'],
    [404, 'the bucket does not exist'],
    [503, 'the server responded with status 503'],
  ])('is DOWN with the reason when the server responds with the status %s', async (status, error) => {
    const receiver = await webhookReceiver();
    receiver.respond = (response) => response.writeHead(status, { 'x-amz-bucket-region': 'eu-central-1' }).end();
    expect(await detailOf(clientOf(receiver.url))).toMatchObject({ status: 'DOWN', error });
    expect(receiver.received[0]).toMatchObject({
      method: 'HEAD',
      path: expect.stringMatching(/^\/orders\/?$/) as unknown,
    });
  });

  it('does not report an invalid region', async () => {
    const receiver = await webhookReceiver();
    receiver.respond = (response) => response.writeHead(301, { 'x-amz-bucket-region': '<b>' }).end();
    const error = 'the bucket is in another region than the client';
    expect(await detailOf(clientOf(receiver.url))).toMatchObject({ status: 'DOWN', error });
  });

  it('is UP without a region when the server reports none', async () => {
    const receiver = await webhookReceiver();
    const detail = await detailOf(clientOf(receiver.url));
    expect(detail).toMatchObject({ status: 'UP', data: { bucket: 'orders' } });
    expect(detail?.data).not.toHaveProperty('region');
  });

  it('is DOWN when the client finds no credentials', async () => {
    const credentials = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('no provider'), { name: 'CredentialsProviderError' }));
    expect(await detailOf(clientOf('http://127.0.0.1:1', { credentials }))).toMatchObject({
      status: 'DOWN',
      error: 'the client has no credentials',
    });
  });

  it('ends the request when the check times out', async () => {
    const receiver = await webhookReceiver();
    const closed = new Promise<void>((resolve) => {
      receiver.respond = (response) => void response.once('close', resolve);
    });
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { timeout: 300 } })],
      providers: [S3Indicator('files', { client: clientOf(receiver.url), bucket: 'orders' })],
    });
    const { files } = reportIn(await application.get('/health/deep')).details;
    expect(files).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    await closed;
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    ['no client is named', { bucket: 'orders' } as S3IndicatorOptions, 'it is missing'],
    ['no bucket is named', { client: S3Client } as never, 'bucket'],
    [
      'no client is provided',
      { client: S3Client, bucket: 'orders' },
      'no module provides its client under the class S3Client',
    ],
    ['the client is something else', { client: new Map() as never, bucket: 'orders' }, 'instead of an S3Client'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [S3Indicator('files', options)],
    });
    expect(String(error)).toContain('S3Indicator("files")');
    expect(String(error)).toContain(problem);
  });
});
