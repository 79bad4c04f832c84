import type { Type } from '@nestjs/common';

/**
 * Where @nestjs/swagger looks for what its decorators say. With these names a controller describes itself and nothing of
 * that package is loaded. They are the same since its version 7.
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
}

/** A header, a parameter of the path or of the query, as OpenAPI has it. */
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
  /** By media type. */
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

export interface HandlerDescription {
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
  /** By status code. */
  readonly responses: Readonly<Record<string, ResponseDescription>>;
  /** Paths from the root of the server at which the same is answered, whatever prefix the application has. */
  readonly aliases: readonly string[];
}

/** Describes a handler. What was said of it before is replaced. */
export function describeHandler(handler: object, name: string, description: HandlerDescription): void {
  const { operation, parameters, responses, aliases } = description;
  Reflect.defineMetadata(KEYS.parameters, parameters, handler);
  Reflect.defineMetadata(KEYS.responses, responses, handler);
  Reflect.deleteMetadata(KEYS.excluded, handler);
  if (aliases.length === 0) {
    Reflect.deleteMetadata(KEYS.extension, handler);
    Reflect.defineMetadata(KEYS.operation, operation, handler);
    return;
  }
  // Aliases are no routes of Nest, which would put the prefix before them. A list of operations is taken in beside the
  // route's own, and an extension is merged into that one.
  Reflect.defineMetadata(KEYS.extension, operation, handler);
  Reflect.defineMetadata(
    KEYS.operation,
    aliases.map((path) => ({
      ...operation,
      method: 'get',
      path,
      operationId: `HealthController_${name}_${path.slice(1).replaceAll(/\W/g, '_')}`,
    })),
    handler,
  );
}

/** Leaves a handler out of the document. */
export function excludeHandler(handler: object): void {
  Reflect.defineMetadata(KEYS.excluded, { disable: true }, handler);
}

/** Puts schemas among the components of the document, by their names. */
export function defineSchemas(controller: Type, schemas: Readonly<Record<string, object>>): void {
  const models = Object.entries(schemas).map(([name, schema]) => {
    const model = class {};
    Reflect.defineMetadata(KEYS.schema, [{ name, ...schema }], model);
    return model;
  });
  // Those that the application's own decorators have put there stay.
  const others = ((Reflect.getMetadata(KEYS.models, controller) ?? []) as object[]).filter((model) => !ours.has(model));
  for (const model of models) ours.add(model);
  Reflect.defineMetadata(KEYS.models, [...others, ...models], controller);
}

/** A process may start several applications with one controller class. */
const ours = new WeakSet<object>();
