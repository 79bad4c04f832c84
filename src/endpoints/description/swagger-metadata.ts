import { lazyArray, lazyObject } from './lazy.js';

/**
 * The keys under which @nestjs/swagger reads the metadata of its decorators. With them the controller describes itself
 * without that package. They are the same since its version 7.
 */
const KEYS = {
  operation: 'swagger/apiOperation',
  responses: 'swagger/apiResponse',
  parameters: 'swagger/apiParameters',
  extension: 'swagger/apiExtension',
  excluded: 'swagger/apiExcludeEndpoint',
  models: 'swagger/apiExtraModels',
  schema: 'swagger/apiSchema',
} as const;

export interface Operation {
  readonly summary: string;
  readonly description: string;
  /** Undefined: there is no body. */
  readonly requestBody?: object;
}

/** A parameter, as OpenAPI defines it. */
export interface Parameter {
  readonly name: string;
  readonly in: 'header' | 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: object;
}

export interface ResponseDescription {
  readonly description: string;
  readonly headers: Readonly<Record<string, object>>;
  /** By media type. Undefined: the response has no body. */
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface HandlerDescription {
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
  /** By status code. */
  readonly responses: Readonly<Record<string, ResponseDescription>>;
}

/** The part of the OpenAPI document that describes one controller. */
export interface ControllerDescription {
  /** By the name of the handler. A handler without a description is left out of the document. */
  readonly handlers: Readonly<Record<string, HandlerDescription | undefined>>;
  /** The schemas that the descriptions refer to, by name. */
  readonly schemas: Readonly<Record<string, object>>;
}

/**
 * Describes a handler, in place of an earlier description. `describe` is called when @nestjs/swagger first reads one of the
 * values. `aliases`: additional paths of the handler, from the root of the server, without a global prefix.
 */
export function describeHandler(
  handler: object,
  name: string,
  aliases: readonly string[],
  describe: () => ControllerDescription,
): void {
  const description = (): HandlerDescription => describe().handlers[name] ?? NONE;
  const operation = lazyObject(() => description().operation);
  Reflect.defineMetadata(
    KEYS.excluded,
    lazyObject(() => ({ disable: !describe().handlers[name] })),
    handler,
  );
  Reflect.defineMetadata(
    KEYS.models,
    lazyArray(() => modelsOf(describe())),
    handler,
  );
  Reflect.defineMetadata(
    KEYS.parameters,
    lazyArray(() => description().parameters),
    handler,
  );
  Reflect.defineMetadata(
    KEYS.responses,
    lazyObject(() => description().responses),
    handler,
  );
  if (aliases.length === 0) {
    Reflect.deleteMetadata(KEYS.extension, handler);
    Reflect.defineMetadata(KEYS.operation, operation, handler);
    return;
  }
  // Nest has no routes for the aliases, because it would add the global prefix to them. So an extension adds a list of
  // operations to the operation of the route.
  Reflect.defineMetadata(KEYS.extension, operation, handler);
  Reflect.defineMetadata(
    KEYS.operation,
    lazyArray(() => aliases.map((path) => ({ ...operation, ...aliasOf(name, path) }))),
    handler,
  );
}

const NONE: HandlerDescription = { operation: { summary: '', description: '' }, parameters: [], responses: {} };

function aliasOf(name: string, path: string): object {
  return {
    method: 'get',
    path,
    operationId: `HealthController_${name}_${path.slice(1).replaceAll(/\W/g, '_')}`,
  };
}

const models = new WeakMap<ControllerDescription, readonly object[]>();

/** One class for each schema, which puts it among the components of the document. All handlers share the classes. */
function modelsOf(description: ControllerDescription): readonly object[] {
  const known = models.get(description);
  if (known) return known;
  const made = Object.entries(description.schemas).map(([name, schema]) => {
    const model = class {};
    Reflect.defineMetadata(KEYS.schema, [{ name, ...schema }], model);
    return model;
  });
  models.set(description, made);
  return made;
}
