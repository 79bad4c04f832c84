import type { ServerResponse } from 'node:http';

/** The part of Fastify's route context that is used here. Null: the route has no such hooks. */
interface RouteContext {
  readonly onSend: readonly { readonly name: string }[] | null;
}

/** Fastify adds this hook to each HEAD route, to replace the body by its length. A finished response has the length already. */
const HEAD_HOOK = 'bound headRouteOnSendHandler';

let contextKey: symbol | undefined;

/**
 * Whether the application has `onSend` hooks for this request, which must receive the response. True if the hooks cannot
 * be read: then Fastify sends the response itself, which is slower and always correct. Fastify exports no function for
 * this.
 */
export function runsSendHooks(request: object): boolean {
  const { onSend } = contextOf(request) ?? {};
  return onSend === undefined || (onSend !== null && onSend.some(({ name }) => name !== HEAD_HOOK));
}

function contextOf(request: object): RouteContext | undefined {
  if (contextKey === undefined || !(contextKey in request)) contextKey = keyOf(request, 'fastify.context');
  return contextKey && (Reflect.get(request, contextKey) as RouteContext | undefined);
}

let headersKey: symbol | undefined;

/** Whether a plugin or a hook has set headers of this response. Fastify's own method makes a copy of them for each call. */
export function hasHeaders(reply: { readonly raw: ServerResponse; getHeaders(): object }): boolean {
  if (headersKey === undefined || !(headersKey in reply)) headersKey = keyOf(reply, 'fastify.reply.headers');
  if (!headersKey) return !isEmpty(reply.getHeaders());
  return reply.raw.getHeaderNames().length > 0 || !isEmpty(Reflect.get(reply, headersKey) as object);
}

function isEmpty(headers: object): boolean {
  for (const name in headers) return name === '';
  return true;
}

function keyOf(value: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(value).find((key) => key.description === description);
}
