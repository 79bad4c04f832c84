/** The part of JSON Schema 2020-12 that is used here. OpenAPI 3 can express all of it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly examples?: readonly object[];
}

type RequiredKey<T> = { [K in keyof T]-?: Pick<T, K> extends Required<Pick<T, K>> ? K : never }[keyof T];

type TypeName<Value> = Value extends string
  ? 'string'
  : Value extends number
    ? 'integer' | 'number'
    : Value extends boolean
      ? 'boolean'
      : Value extends readonly unknown[]
        ? 'array'
        : 'object';

type PropertySchema<Value> = JsonSchema & { readonly description: string } & (
    { readonly type: TypeName<Value> } | { readonly $ref: string }
  );

type PropertySchemas<T> = { readonly [K in keyof T]-?: PropertySchema<NonNullable<T[K]>> };

/** The schemas of all properties of a type, divided into required and optional ones. */
interface ObjectProperties<T> {
  readonly required: PropertySchemas<Pick<T, RequiredKey<T>>>;
  readonly optional: PropertySchemas<Omit<T, RequiredKey<T>>>;
}

/**
 * The schema of an object with exactly the properties of a type. It does not compile if a property is missing in the type
 * or in the schema, or is optional in one of them only.
 */
export function closedObject<T>(head: JsonSchema, { required, optional }: ObjectProperties<T>): JsonSchema {
  return {
    ...head,
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

const DEFINITIONS = '#/$defs/';

/** A reference to a named schema. */
export function reference(name: string): { readonly $ref: string } {
  return { $ref: `${DEFINITIONS}${name}` };
}

const COMPONENTS = '#/components/schemas/';

/** Converts a schema to a form that is valid in OpenAPI 3.0 and 3.1. The result is a copy. */
export function toOpenApi(schema: JsonSchema): object {
  const { $ref, examples, properties, additionalProperties, items, anyOf, ...rest } = schema;
  const isMap = typeof additionalProperties === 'object';
  const converted = {
    ...structuredClone(rest),
    ...(properties && { properties: mapValues(properties, toOpenApi) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: isMap ? toOpenApi(additionalProperties) : additionalProperties,
    }),
    ...(items && { items: toOpenApi(items) }),
    ...(anyOf && { anyOf: anyOf.map(toOpenApi) }),
    ...(examples && { example: structuredClone(examples[0]) }),
  };
  if ($ref === undefined) return converted;
  const target = { $ref: $ref.replace(DEFINITIONS, COMPONENTS) };
  // OpenAPI 3.0 ignores properties beside a reference.
  return Object.keys(converted).length > 0 ? { ...converted, allOf: [target] } : target;
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
