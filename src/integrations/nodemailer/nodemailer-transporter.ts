import { hasMethods } from '../../core/has-methods.js';
import { isRecord } from '../../core/is-record.js';
import type { ConfigurationFault } from '../../errors/fault.js';

/** The used part of a transporter, which `createTransport()` of `nodemailer` returns. */
export interface NodemailerTransporter {
  /** Connects to the mail server and logs in. */
  verify(): Promise<unknown>;
}

/** The used part of the transport in a transporter. */
interface Transport extends NodemailerTransporter {
  readonly name?: unknown;
  readonly options?: unknown;
  /** The number of messages that wait or are being sent. Only a pool of a recent nodemailer has it. */
  pendingCount?(): number;
}

export function isTransporter(candidate: unknown): candidate is NodemailerTransporter {
  return hasMethods(candidate, 'verify');
}

/** Every transporter has `verify()`. If its transport does not have it, `verify()` returns `false` and does nothing. */
export function transportFault(place: string, transporter: NodemailerTransporter): ConfigurationFault | undefined {
  const transport: unknown = Reflect.get(transporter, 'transporter');
  if (!hasMethods(transport) || isTransporter(transport)) return undefined;
  const name: unknown = Reflect.get(transport, 'name');
  return {
    place,
    problem: `its transport${typeof name === 'string' ? ` (${name})` : ''} cannot be verified`,
    remedy: 'use a transport for SMTP, or remove the indicator',
  };
}

/** The number of messages that the pool has not sent yet. Undefined without a pool, or if the pool does not count them. */
export const pendingMessages = (transporter: NodemailerTransporter): number | undefined =>
  transportOf(transporter)?.pendingCount?.();

/** The time limits of a transport for SMTP, in milliseconds. Their defaults are between 5 seconds and 10 minutes. */
const TIME_LIMITS = ['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout', 'socketCloseTimeout'];

/**
 * A view of the transporter that verifies with time limits of at most `longest`. A verification cannot be cancelled: without
 * limits, the connection to a frozen server would stay open for minutes. The application's messages keep their own limits.
 */
export function withTimeLimits(transporter: NodemailerTransporter, longest: number): NodemailerTransporter {
  const transport = transportOf(transporter);
  // The view has no private fields, so it is used only for nodemailer's own transports, which have none.
  if (!transport || !isRecord(transport.options) || !/^SMTP\b/.test(String(transport.name))) return transporter;
  const { options } = transport;
  const limits = TIME_LIMITS.map((name) => {
    const own = options[name];
    return [name, typeof own === 'number' && own < longest ? own : longest] as const;
  });
  // The transporter sets `getSocket` of its transport, for a proxy, only when it uses the transport itself.
  const getSocket: unknown = Reflect.get(transporter, 'getSocket');
  const view: unknown = Object.create(transport, {
    options: { value: { ...options, ...Object.fromEntries(limits) } },
    ...(typeof getSocket === 'function' && { getSocket: { value: getSocket } }),
  });
  return view as NodemailerTransporter;
}

function transportOf(transporter: NodemailerTransporter): Transport | undefined {
  const transport: unknown = Reflect.get(transporter, 'transporter');
  return isTransporter(transport) ? transport : undefined;
}
