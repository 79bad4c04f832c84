/** Marks handlers of the endpoints. Nest copies the metadata of a method to the function that it registers. */
const MARK = Symbol.for('nest-vitals:route');

/** The last part of the route for indicators and groups. The base path with every prefix precedes it. */
export const NAME = '/:name';

/** The last part of the route for the parts of composites. */
const PART = '/:name/:part';

/** A path that only the route with the parameter matches. */
const ANY_NAME = '/nest-vitals';

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

type RouteLayer = Layer & { readonly route: Route };

/** Marks a handler as one of the endpoints. */
export function markRoute(handler: object): void {
  Reflect.defineMetadata(MARK, true, handler);
}

/**
 * Moves each endpoint before the routes with a wildcard or a parameter that would handle its requests, as a catch-all route
 * in the root module does. Only Express matches routes in the order of registration; Fastify takes the most specific route.
 * An endpoint never moves before a middleware, so that it still applies.
 */
export function prioritizeEndpoints(instance: unknown): void {
  const layers = layersOf(instance);
  for (const layer of layers.filter(isOwnRoute)) {
    const from = layers.indexOf(layer);
    const to = lessSpecificBefore(layers, from, layer.route.path as string);
    if (to === from) continue;
    layers.splice(from, 1);
    layers.splice(to, 0, layer);
  }
}

/**
 * Describes each conflict between a route of the application and an endpoint: the one that is registered first hides the
 * other. No handler is called. Call it before Nest registers its own 404 handlers, which are routes too.
 */
export function routeConflicts(instance: unknown): string[] {
  const routes = layersOf(instance).filter(handlesGet);
  return [...shadowedEndpoints(routes), ...unreachableRoutes(routes)];
}

/** The paths of the endpoints' routes. Only Express lists its routes. */
export function endpointPaths(instance: unknown): string[] {
  return layersOf(instance).flatMap((layer) => (isEndpoint(layer) ? [layer.route.path as string] : []));
}

/** The index of the first less specific route, with only routes between it and the endpoint. `from` if there is none. */
function lessSpecificBefore(layers: readonly Layer[], from: number, path: string): number {
  const base = baseOf(path);
  let first = from;
  for (let index = from - 1; index >= 0; index -= 1) {
    const other = layers[index];
    if (!other?.route) break;
    const { path: pattern } = other.route;
    // A parameter directly below the base path is as specific as ours.
    const isEqual = base !== undefined && typeof pattern === 'string' && pattern.startsWith(`${base}/`);
    if (!isOurs(other.route) && !isFixed(pattern) && !isEqual && other.match(sampleOf(path))) first = index;
  }
  return first;
}

function* shadowedEndpoints(layers: readonly RouteLayer[]): Iterable<string> {
  const shadowed = new Map<Route, string[]>();
  for (const [index, { route }] of layers.entries()) {
    if (!isOurs(route) || !isFixed(route.path)) continue;
    const { path } = route;
    const before = layers.slice(0, index).find((other) => !isOurs(other.route) && other.match(path))?.route;
    if (before) shadowed.set(before, [...(shadowed.get(before) ?? []), path]);
  }
  for (const [route, paths] of shadowed) {
    yield (
      `The route ${nameOf(route)} is registered before the health endpoint${paths.length === 1 ? '' : 's'} GET ${paths.join(', ')} and ` +
      `handles ${paths.length === 1 ? 'its' : 'their'} requests. Remove it, move it to a module that is imported after ` +
      'HealthModule, or move the health endpoints with HealthModule.forRoot({ path }).'
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

/** Empty for an adapter that does not list its routes. */
function layersOf(instance: unknown): Layer[] {
  const { router } = (typeof instance === 'function' ? instance : {}) as { router?: { stack?: Layer[] } };
  return router?.stack ?? [];
}

function handlesGet(layer: Layer): layer is RouteLayer {
  return layer.route?.methods['get'] === true || layer.route?.methods['_all'] === true;
}

function isEndpoint(layer: Layer): layer is RouteLayer {
  return handlesGet(layer) && isOwnRoute(layer);
}

/** Of any method. */
function isOwnRoute(layer: Layer): layer is RouteLayer {
  return layer.route !== undefined && isOurs(layer.route) && typeof layer.route.path === 'string';
}

function isOurs({ stack }: Route): boolean {
  return stack.some(({ handle }) => Reflect.hasMetadata(MARK, handle));
}

function isFixed(path: unknown): path is string {
  return typeof path === 'string' && !/[:*{]/.test(path);
}

function sampleOf(path: string): string {
  const base = baseOf(path);
  if (base === undefined) return path;
  return base + (path.endsWith(PART) ? ANY_NAME + ANY_NAME : ANY_NAME);
}

/** The base path of a route with parameters. Undefined: its path is fixed. */
function baseOf(path: string): string | undefined {
  const end = [PART, NAME].find((parameters) => path.endsWith(parameters));
  return end && path.slice(0, -end.length);
}

/** Nest 12 names a handler after its controller and its method. */
function nameOf({ path, stack }: Route): string {
  const owner = stack.map(({ handle }) => handle.name).find((name) => name.includes('.'));
  return `GET ${String(path)}${owner === undefined ? '' : ` (${owner})`}`;
}
