/** Marks handlers of the endpoints. Nest copies the metadata of a method to the function that it registers. */
const MARK = Symbol.for('nest-vitals:route');

/** The part of a router layer of Express 5 that is used here. A layer is a middleware or a route. */
interface Layer {
  match(path: string): unknown;
  readonly route?: Route;
}

interface Route {
  readonly path: unknown;
  readonly methods: Readonly<Record<string, boolean>>;
  readonly stack: readonly { readonly handle: { readonly name: string } }[];
}

/** Marks a handler as one of the endpoints. */
export function markRoute(handler: object): void {
  Reflect.defineMetadata(MARK, true, handler);
}

/**
 * Describes each conflict between a route of the application and an endpoint: the one that is registered first hides the
 * other. No handler is called. Only Express matches routes in the order of registration. Fastify takes the most specific
 * route, and refuses two routes with one path.
 */
export function routeConflicts(instance: unknown): string[] {
  const routes = routeLayersOf(instance);
  return [...shadowedEndpoints(routes), ...unreachableRoutes(routes)];
}

/** The paths of the endpoints' routes. Only Express lists its routes. */
export function endpointPaths(instance: unknown): string[] {
  return routeLayersOf(instance).flatMap(({ route }) =>
    isOurs(route) && typeof route.path === 'string' ? [route.path] : [],
  );
}

type RouteLayer = Layer & { readonly route: Route };

function* shadowedEndpoints(layers: readonly RouteLayer[]): Iterable<string> {
  for (const [index, { route }] of layers.entries()) {
    if (!isOurs(route) || !isFixed(route.path)) continue;
    const { path } = route;
    const before = layers.slice(0, index).find((other) => !isOurs(other.route) && other.match(path));
    if (!before) continue;
    yield (
      `The route ${nameOf(before.route)} is registered before the health endpoint GET ${path} and handles its requests. Move ` +
      'it to a module that is imported after HealthModule, or exclude the health endpoints from its path.'
    );
  }
}

function* unreachableRoutes(layers: readonly RouteLayer[]): Iterable<string> {
  for (const [index, { route }] of layers.entries()) {
    if (isOurs(route) || !isFixed(route.path)) continue;
    const { path } = route;
    const before = layers.slice(0, index).find((other) => isOurs(other.route) && other.match(path));
    if (!before) continue;
    yield (
      `The route ${nameOf(route)} is unreachable: the health endpoint ${nameOf(before.route)} is registered before it. Remove ` +
      'it, or move the health endpoints with HealthModule.forRoot({ path }).'
    );
  }
}

/** The routes for GET. */
function routeLayersOf(instance: unknown): readonly RouteLayer[] {
  const { router } = (typeof instance === 'function' ? instance : {}) as { router?: { stack?: readonly Layer[] } };
  return (router?.stack ?? []).filter(
    (layer): layer is RouteLayer => layer.route?.methods['get'] === true || layer.route?.methods['_all'] === true,
  );
}

function isOurs({ stack }: Route): boolean {
  return stack.some(({ handle }) => Reflect.hasMetadata(MARK, handle));
}

function isFixed(path: unknown): path is string {
  return typeof path === 'string' && !/[:*{]/.test(path);
}

/** Nest 12 names a handler after its controller and its method. */
function nameOf({ path, stack }: Route): string {
  const owner = stack.map(({ handle }) => handle.name).find((name) => name.includes('.'));
  return `GET ${String(path)}${owner === undefined ? '' : ` (${owner})`}`;
}
