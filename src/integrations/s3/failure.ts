import { HealthCheckError } from '../../errors/health-check.error.js';

/** An error of the client. The response to a HEAD request has no body, so only its status and its headers are known. */
interface S3Error extends Error {
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

const MESSAGES: Readonly<Record<number, string>> = {
  403: 'access to the bucket was refused: the credentials are wrong, or do not permit s3:ListBucket',
  404: 'the bucket does not exist',
};

/** The error of a failed request with a text for the report. An error without a response has the code of the system. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'CredentialsProviderError') {
    return new HealthCheckError('the client has no credentials', { cause: error });
  }
  const { $metadata: metadata, $response: response } = error as S3Error;
  const status = metadata?.httpStatusCode;
  if (typeof status !== 'number') return error;
  const text =
    status === 301
      ? `the bucket is in another region than the client${regionIn(response?.headers)}`
      : (MESSAGES[status] ?? `the server responded with status ${status}`);
  return new HealthCheckError(text, { cause: error });
}

function regionIn(headers: Readonly<Record<string, unknown>> | undefined): string {
  const region = headers?.['x-amz-bucket-region'];
  return typeof region === 'string' && /^[a-z0-9-]{1,40}$/.test(region) ? `: ${region}` : '';
}
