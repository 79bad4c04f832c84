import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { loadPeer } from '../../clients/load-peer.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { nonBlank } from '../../options/rules.js';
import { type S3BucketClient, isS3Client, ping } from './ping.js';

/** Options of {@link S3Indicator}. */
export interface S3IndicatorOptions extends HealthIndicatorOptions {
  /** The application's `S3Client`: its injection token, or the client itself. Required. */
  readonly client: ClientSource<S3BucketClient>;
  /** Name of the bucket. Required. */
  readonly bucket: string;
}

/** Requests the head of a bucket through the application's own client of the package `@aws-sdk/client-s3`. */
export function S3Indicator(name: string, options: S3IndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, bucket: nonBlank };
  const { own, place, annotate } = configureIndicator('S3Indicator', name, options, rules, ['client', 'bucket']);

  return annotate(
    class extends ClientIndicator<S3BucketClient> {
      protected request(): ClientRequest<S3BucketClient> {
        return {
          place,
          sources: [own.client],
          accepts: isS3Client,
          expected: 'an S3Client',
          remedy: passToken(place, 'client', "{ client: S3Client, bucket: 'orders' }"),
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        const { HeadBucketCommand } = await loadPeer(place, '@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'));
        const { bucket } = own;
        const head = await ping(client, bucket, () => new HeadBucketCommand({ Bucket: bucket }), signal);
        return up({ bucket, ...(head.BucketRegion !== undefined && { region: head.BucketRegion }) });
      }
    },
  );
}
