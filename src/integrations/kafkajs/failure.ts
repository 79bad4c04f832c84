import { codedError, connectionLost } from '../../clients/error-codes.js';
import { NotPermittedError } from '../../clients/not-permitted.js';
import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';

/** The used part of an error of kafkajs. */
interface KafkaError extends Error {
  /** The name of an error code of the protocol. */
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** The responses of a broker to a user who is logged in, by the names of the protocol. */
const REFUSALS: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'cannot read the lag: the user is not permitted to describe a topic',
  GROUP_AUTHORIZATION_FAILED: 'cannot read the lag: the user is not permitted to describe the group',
  CLUSTER_AUTHORIZATION_FAILED: 'cannot describe the cluster: the user is not permitted to',
};

const MESSAGES: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'one of the topics does not exist',
  SASL_AUTHENTICATION_FAILED: 'the broker refused the credentials',
};

/** These errors of kafkajs have only a name, and no code. */
const CODES: Readonly<Record<string, string>> = {
  KafkaJSRequestTimeoutError: 'ETIMEDOUT',
  KafkaJSLockTimeout: 'ETIMEDOUT',
  KafkaJSConnectionClosedError: 'ECONNRESET',
};

const CAUSES_FOLLOWED = 5;

/** kafkajs wraps the reason of a failure after it has retried, so the reason is the last cause. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  // If the connection to each broker is lost during the request, `describeCluster()` reads a response that is null.
  if (error instanceof TypeError && error.message.includes('brokers')) return connectionLost();
  let link: KafkaError = error;
  for (let depth = 0; depth < CAUSES_FOLLOWED; depth += 1) {
    const known = explained(link, error);
    if (known) return known;
    if (!(link.cause instanceof Error)) break;
    link = link.cause;
  }
  return error;
}

function explained({ name, message, type, code }: KafkaError, cause: Error): Error | undefined {
  if (typeof type === 'string' && type !== '') {
    const refusal = REFUSALS[type];
    if (refusal !== undefined) return new NotPermittedError(refusal, { code: type, cause });
    return new HealthCheckError(MESSAGES[type] ?? 'the broker refused the request', { code: type, cause });
  }
  if (name === 'KafkaJSSASLAuthenticationError') {
    return new HealthCheckError('the broker refused the credentials', { code: 'SASL_AUTHENTICATION_FAILED', cause });
  }
  if (name === 'KafkaJSBrokerNotFound' || name === 'KafkaJSGroupCoordinatorNotFound') {
    return new HealthCheckError('no broker is available', { code: 'BROKER_NOT_FOUND', cause });
  }
  if (name === 'KafkaJSConnectionError' && code === undefined) {
    return codedError(message, message.startsWith('Connection timeout') ? 'ETIMEDOUT' : 'ECONNRESET', cause);
  }
  const known = CODES[name];
  return known === undefined ? undefined : codedError(message, known, cause);
}
