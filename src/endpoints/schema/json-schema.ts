/** The part of JSON Schema 2020-12 that is used here. All of it can be said in OpenAPI 3, too. */
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
      : 'object';

type PropertySchema<Value> = JsonSchema & { readonly description: string } & (
    { readonly type: TypeName<Value> } | { readonly $ref: string }
  );

type PropertySchemas<T> = { readonly [K in keyof T]-?: PropertySchema<NonNullable<T[K]>> };

/** The schemas of all properties of a type, each on the side where the type has it. */
interface ObjectProperties<T> {
  readonly required: PropertySchemas<Pick<T, RequiredKey<T>>>;
  readonly optional: PropertySchemas<Omit<T, RequiredKey<T>>>;
}

/**
 * The schema of an object that has the properties of a type and no others. It does not compile when the type has a
 * property that the schema has not, or the other way round, or when one of them is optional here and not there.
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

/** Refers to one of the named schemas. */
export function reference(name: string): { readonly $ref: string } {
  return { $ref: `${DEFINITIONS}${name}` };
}

const COMPONENTS = '#/components/schemas/';

/** The same schema as OpenAPI 3.0 and 3.1 both understand it: a copy, which may be changed. */
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
  // In OpenAPI 3.0 what stands beside a reference is not read.
  return Object.keys(converted).length > 0 ? { ...converted, allOf: [target] } : target;
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
