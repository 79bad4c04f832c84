import { ClientRequests } from '../../clients/client-requests.js';
import { hasMethods } from '../../core/has-methods.js';
import { explain } from './failure.js';

/** The used part of an `S3Client`. */
export interface S3BucketClient {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

/** The used part of the response to `HeadBucket`. */
export interface BucketHead {
  /** Absent if the server is not AWS, and in older versions of the client. */
  readonly BucketRegion?: string;
}

/** Makes the command for a bucket. */
export type HeadBucket = (bucket: string) => object;

/** Shared by all indicators: two indicators with the same client and the same bucket share its request. */
const requests = new ClientRequests<BucketHead>();

export const isS3Client = (candidate: unknown): candidate is S3BucketClient => hasMethods(candidate, 'send', 'destroy');

/** Requests the head of the bucket, with one request on the client at a time. */
export function ping(
  client: S3BucketClient,
  bucket: string,
  command: HeadBucket,
  signal: AbortSignal,
): Promise<BucketHead> {
  return requests.send(client, bucket, signal, async (abortSignal) => {
    try {
      const head = (await client.send(command(bucket) as never, { abortSignal })) as BucketHead | undefined;
      return head ?? {};
    } catch (error) {
      throw explain(error);
    }
  });
}
