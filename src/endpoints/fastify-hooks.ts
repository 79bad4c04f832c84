/** The part of Fastify's route context that is used here. Null: the route has no such hooks. */
interface RouteContext {
  readonly onSend: readonly { readonly name: string }[] | null;
}

/** Fastify adds this hook to each HEAD route, to replace the body by its length. A finished head has the length already. */
const HEAD_HOOK = 'bound headRouteOnSendHandler';

let contextKey: symbol | undefined;

/**
 * Whether the application has `onSend` hooks for this request, which must receive the response. True if the hooks cannot
 * be read: then the response takes the slower path through Fastify, which is always correct. Fastify exports no function
 * for this question.
 */
export function runsSendHooks(request: object): boolean {
  const { onSend } = contextOf(request) ?? {};
  return onSend === undefined || (onSend !== null && onSend.some(({ name }) => name !== HEAD_HOOK));
}

function contextOf(request: object): RouteContext | undefined {
  if (contextKey === undefined || !(contextKey in request)) {
    contextKey = Object.getOwnPropertySymbols(request).find(({ description }) => description === 'fastify.context');
  }
  return contextKey && (Reflect.get(request, contextKey) as RouteContext | undefined);
}
