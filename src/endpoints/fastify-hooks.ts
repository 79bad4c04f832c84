/** What Fastify keeps for each route; null where there are no hooks. */
interface RouteContext {
  readonly onSend: readonly { readonly name: string }[] | null;
}

/** Fastify adds it to each HEAD route, to replace the body by its length. The finished head has the length already. */
const HEAD_HOOK = 'bound headRouteOnSendHandler';

let contextKey: symbol | undefined;

/**
 * Whether the application has `onSend` hooks for this request, which have to see the answer. True where it cannot be
 * found out: then the answer goes the usual way, which is slower and always right. Fastify exports no
 * function for it.
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
