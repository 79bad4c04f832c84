import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Response } from 'supertest';

interface DescribedResponse {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly schema: { readonly enum?: readonly string[] } }[];
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Precedes the name of a schema in references. */
const NAME = 'schema:';

/** The OpenAPI document of an application as users download it, and checks of responses against it. */
export class ApiDocument {
  readonly #ajv = new Ajv({ strict: true, allErrors: true });
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly #occurred = new Set<string>();

  private constructor(readonly document: OpenApiDocument) {
    // ajv-formats is CommonJS: for TypeScript its default export is the module.
    (addFormats as unknown as typeof addFormats.default)(this.#ajv);
    this.#ajv.addFormat('password', true);
    this.#ajv.addKeyword('example');
    // Each by its own name, so that the references to it share one compiled schema.
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      this.#ajv.addSchema(withNames(schema), `${NAME}${name}`);
    }
  }

  static of(app: INestApplication, openapi = '3.0.0'): ApiDocument {
    const config = new DocumentBuilder().setTitle('orders').setVersion('1.4.2').setOpenAPIVersion(openapi).build();
    // The same value as after a download.
    return new ApiDocument(JSON.parse(JSON.stringify(SwaggerModule.createDocument(app, config))) as OpenApiDocument);
  }

  get paths(): string[] {
    return Object.keys(this.document.paths);
  }

  get schemas(): string[] {
    return Object.keys(this.document.components.schemas);
  }

  /** The errors of the document itself. Undefined: none. */
  async errors(): Promise<unknown> {
    const { valid, errors } = await new Validator().validate({ ...this.document });
    return valid ? undefined : errors;
  }

  operation(path: string): DescribedOperation {
    const operation = this.document.paths[path]?.['get'];
    if (!operation) throw new Error(`${path} is not in the document`);
    return operation;
  }

  /** The differences between a response and its description. `template`: its path in the document. */
  mistakesIn(template: string, response: Response): string[] {
    const mediaType = String(response.headers['content-type']).split(';', 1)[0] ?? '';
    const place = `${template} ${response.status} ${mediaType}`;
    const described = this.operation(template).responses[response.status];
    if (!described) return [`${place}: the status code is not described`];
    const type = described.content[mediaType];
    if (!type) return [`${place}: the type is not described`];
    const mistakes = Object.keys(described.headers)
      .filter((name) => !(name.toLowerCase() in response.headers) && name !== 'X-Service-Version')
      .map((name) => `${place}: there is no ${name}`);
    if (!response.text) return mistakes;
    this.#occurred.add(place);
    const validate = this.#compile(type.schema);
    const body: unknown = mediaType.endsWith('json') ? JSON.parse(response.text) : response.text;
    if (validate(body)) return mistakes;
    return [...mistakes, `${place}: ${this.#ajv.errorsText(validate.errors)} in ${response.text}`];
  }

  /** The described responses that did not occur. */
  get missingResponses(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, { get }]) =>
      Object.entries(get?.responses ?? {}).flatMap(([code, { content }]) =>
        Object.keys(content)
          .map((mediaType) => `${path} ${code} ${mediaType}`)
          .filter((place) => !this.#occurred.has(place)),
      ),
    );
  }

  #compile(schema: object): ValidateFunction {
    const validate = this.#compiled.get(schema) ?? this.#ajv.compile(withNames(schema));
    this.#compiled.set(schema, validate);
    return validate;
  }
}

/** A copy of the schema with references by the names of schemas, instead of places in the document. */
function withNames(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', `"${NAME}`)) as object;
}
