import { REPORT_STATUSES, type ReportStatus } from '../../core/status.js';
import type { HealthSettings } from '../../options/health-settings.js';
import { type HealthView, VIEWS } from '../../options/view.js';
import { jsonSchemaOf } from '../schema/format-schemas.js';
import { type JsonSchema, reference, toOpenApi } from '../../extension/json-schema.js';
import { WITHOUT_BODY } from '../health-response.js';
import type { ResponseDescription } from './swagger-metadata.js';

const TEXT: JsonSchema = { type: 'string' };

interface Response {
  readonly descriptions: string[];
  readonly headers: Record<string, object>;
  readonly content: Map<string, JsonSchema[]>;
}

/** Collects the possible responses of an endpoint by status code. Several may share a code, because options set the codes. */
export class Responses {
  readonly #settings: HealthSettings;
  /** The media types of all formats, by name. */
  readonly #formats: Readonly<Record<string, string>>;
  readonly #responses = new Map<number, Response>();

  constructor(settings: HealthSettings, formats: Readonly<Record<string, string>>) {
    this.#settings = settings;
    this.#formats = formats;
  }

  /** A report in one of these views, in every format. */
  addReports(views: readonly HealthView[]): this {
    const { statusCodes, identity, format } = this.#settings;
    const json = jsonSchemaOf(format, views);
    const content = Object.entries(this.#formats).map(([name, mediaType]) => {
      if (name === 'json') return [mediaType, json] as const;
      return [mediaType, name === 'health' ? reference('HealthJson') : TEXT] as const;
    });
    for (const code of new Set(Object.values(statusCodes))) {
      const statuses = REPORT_STATUSES.filter((status) => statusCodes[status] === code);
      this.#add(code, statuses.join(', '), content, {
        ...reportHeaders(statuses),
        ...(code === 503 && { 'Retry-After': header('Seconds to wait before the next request.', { type: 'integer' }) }),
        ...(identity.version !== undefined &&
          views.some((view) => view !== VIEWS[0]) && {
            'X-Service-Version': header('Version of the service.', TEXT),
          }),
      });
    }
    return this.addNotAcceptable();
  }

  addUnauthorized(): this {
    return this.#addJson(401, 'The caller is not authenticated', 'HealthUnauthorized', {
      'WWW-Authenticate': header('Authentication challenge.', TEXT),
    });
  }

  /** The caller has sent more requests, or more wrong keys, than its address may send. */
  addTooManyRequests(): this {
    return this.#addJson(429, 'Too many requests from this address', 'HealthTooManyRequests', {
      'Retry-After': header('Seconds to wait before the next request.', { type: 'integer' }),
      'RateLimit-Policy': header('Name, requests (q) and seconds (w) of the limit.', TEXT),
      RateLimit: header('Remaining requests, and seconds until the limit is reset.', TEXT),
    });
  }

  addNotFound(description: string): this {
    return this.#addJson(404, description, 'HealthNotFound');
  }

  addNotAcceptable(): this {
    return this.#addJson(406, 'No format has this name', 'HealthNotAcceptable');
  }

  /** JSON with this schema. */
  addObject(code: number, description: string, schema: JsonSchema, headers: Readonly<Record<string, string>>): this {
    const described = Object.entries(headers).map(([name, text]) => [name, header(text, TEXT)]);
    this.#add(
      code,
      description,
      [['application/json', schema]],
      Object.fromEntries(described) as Record<string, object>,
    );
    return this;
  }

  /** A text of any media type, and JSON with the schema of this name. */
  addText(code: number, description: string, mediaTypes: readonly string[], schema?: string): this {
    const json = schema === undefined ? TEXT : reference(schema);
    this.#add(
      code,
      description,
      mediaTypes.map((mediaType) => [mediaType, mediaType === 'application/json' ? json : TEXT] as const),
    );
    return this;
  }

  describe(): Record<string, ResponseDescription> {
    const sorted = [...this.#responses].toSorted(([one], [other]) => one - other);
    return Object.fromEntries(sorted.map(([code, response]) => [String(code), this.#describe(code, response)]));
  }

  #describe(code: number, { descriptions, headers, content }: Response): ResponseDescription {
    const always = { 'Cache-Control': header('Must not be cached.', { type: 'string', enum: ['no-store'] }) };
    const own = Object.keys(this.#settings.headers).map((name) => [name, header('Set by the application.', TEXT)]);
    const description = {
      description: descriptions.join('. '),
      headers: { ...always, ...headers, ...(Object.fromEntries(own) as Record<string, object>) },
    };
    if (WITHOUT_BODY.has(code)) return description;
    return {
      ...description,
      content: Object.fromEntries(
        [...content].map(([mediaType, schemas]) => [mediaType, { schema: toOpenApi(anyOf(schemas)) }]),
      ),
    };
  }

  #addJson(code: number, description: string, schema: string, headers: Record<string, object> = {}): this {
    this.#add(code, description, [['application/json', reference(schema)]], headers);
    return this;
  }

  #add(
    code: number,
    description: string,
    content: readonly (readonly [string, JsonSchema])[],
    headers: Record<string, object> = {},
  ): void {
    const response: Response = this.#responses.get(code) ?? { descriptions: [], headers: {}, content: new Map() };
    this.#responses.set(code, response);
    if (!response.descriptions.includes(description)) response.descriptions.push(description);
    Object.assign(response.headers, headers);
    for (const [mediaType, schema] of content) {
      response.content.set(mediaType, [...(response.content.get(mediaType) ?? []), schema]);
    }
  }
}

function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const [first = {}, ...others] = schemas;
  return others.length === 0 ? first : { anyOf: schemas };
}

function header(description: string, schema: JsonSchema): object {
  return { description, schema: toOpenApi(schema) };
}

function reportHeaders(statuses: readonly ReportStatus[]): Record<string, object> {
  return {
    'X-Health-Status': header('Status of the report.', { type: 'string', enum: statuses }),
    'X-Health-Checked-At': header('Time of the oldest result in the report.', {
      type: 'string',
      format: 'date-time',
    }),
  };
}
