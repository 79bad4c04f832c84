import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { HealthRequest } from '../../options/health-module-options.js';
import type { ProberSettings } from '../../options/health-settings.js';

/** The properties of a request by which its caller is recognised. */
export interface ProbeRequest {
  /** The address of the connection. An address in a header is not used, because every caller can write that header. */
  readonly address: string;
  readonly agent: string;
  /** Distinguishes callers with the same address and agent: the names of the headers, and the host. */
  readonly form: string;
  /** All of them in one text. Kept, because a newly built string would be hashed for each request. */
  readonly key: string;
}

export function probeRequest(address: string, agent: string, form: string): ProbeRequest {
  return { address, agent, form, key: `${address} ${agent} ${form}` };
}

/** Returns the caller. Undefined: the caller does not affect traffic. */
export type ProbeRequestReader = (request: HealthRequest) => ProbeRequest | undefined;

/** The prober of Kubernetes: its results have no effect on traffic once the pod is being deleted. */
const KUBELET = /^kube-probe\//;
/** Proxies add them to forwarded requests. A balancer adds none to its own probes. */
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'via'];

/** Reads requests of possible probers: those that `named` matches, or by default every caller except kubelets and clients behind a proxy. */
export function probeRequestReader(named: readonly ProberSettings[] | undefined): ProbeRequestReader {
  if (!named) return oncePerConnection((request) => read(request, isPossibleProber));
  const isProber = anyOf(named.map(matcherOf));
  return (request) => read(request, isProber);
}

function read({ headers, socket }: HealthRequest, isProber: Matcher): ProbeRequest | undefined {
  const address = socket?.remoteAddress ?? '';
  const agent = single(headers['user-agent']);
  if (!isProber({ address, agent, headers })) return undefined;
  return probeRequest(address, agent, `${Object.keys(headers).join()} ${single(headers['host'])}`);
}

/** The properties on which the form depends, without the values of other headers, which may be secret. */
interface Form {
  readonly names: readonly string[];
  readonly agent: unknown;
  readonly host: unknown;
}

/**
 * Returns the same object for the requests of one connection while their form is the same: reading a form costs a tenth
 * of a whole response. `reader` must not depend on the values of further headers.
 */
function oncePerConnection(reader: ProbeRequestReader): ProbeRequestReader {
  const latest = new WeakMap<object, Form & { readonly from: ProbeRequest | undefined }>();
  return (request) => {
    const { headers, socket } = request;
    if (!socket) return reader(request);
    const before = latest.get(socket);
    if (before && hasForm(headers, before)) return before.from;
    const from = reader(request);
    latest.set(socket, { names: Object.keys(headers), agent: headers['user-agent'], host: headers['host'], from });
    return from;
  };
}

/** Compares without allocating. */
function hasForm(headers: HealthRequest['headers'], { names, agent, host }: Form): boolean {
  if (headers['user-agent'] !== agent || headers['host'] !== host) return false;
  let index = 0;
  for (const name in headers) {
    if (name !== names[index]) return false;
    index += 1;
  }
  return index === names.length;
}

interface Caller {
  readonly address: string;
  readonly agent: string;
  readonly headers: HealthRequest['headers'];
}

type Matcher = (caller: Caller) => boolean;

function isPossibleProber({ agent, headers }: Caller): boolean {
  return !KUBELET.test(agent) && PROXY_HEADERS.every((name) => headers[name] === undefined);
}

const anyOf =
  (matchers: readonly Matcher[]): Matcher =>
  (caller) =>
    matchers.some((matches) => matches(caller));

function matcherOf({ addresses, agents, headers }: ProberSettings): Matcher {
  const list = addresses && blockListOf(addresses);
  const hashes = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), hash(value)] as const);
  return (caller) =>
    (!list || list.check(caller.address, isIPv6(caller.address) ? 'ipv6' : 'ipv4')) &&
    (!agents || agents.some((start) => caller.agent.startsWith(start))) &&
    hashes.every(([name, expected]) => timingSafeEqual(hash(single(caller.headers[name])), expected));
}

function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', prefix] = text.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function single(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
