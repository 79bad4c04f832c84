import type { Type } from '@nestjs/common';
import type { EndpointDescription } from '../../extension/health-endpoints.js';
import type { EndpointName } from '../../options/health-module-options.js';
import type { HealthSettings } from '../../options/health-settings.js';
import { type HealthView, VIEWS } from '../../options/view.js';
import { MEDIA_TYPES } from '../formats/format.js';
import { definitionsOf } from '../schema/format-schemas.js';
import { toOpenApi } from '../schema/json-schema.js';
import { Answers } from './answers.js';
import { type Operation, type Parameter, defineSchemas, describeHandler, excludeHandler } from './swagger-metadata.js';

const OPERATIONS: Readonly<Record<EndpointName, Operation>> = {
  overview: {
    summary: 'Does the process work?',
    description: 'As the probe "live", or as the probe "deep" when that is asked for.',
  },
  live: {
    summary: 'Does the process work?',
    description: 'No dependency is asked, unless its indicator has opted in.',
  },
  ready: {
    summary: 'Can this instance take traffic?',
    description: 'It has started, it accepts traffic, and its "ready" indicators are fine.',
  },
  startup: {
    summary: 'Has this instance started?',
    description: 'It has bootstrapped, and each "startup" indicator has passed once.',
  },
  deep: { summary: 'How is every indicator?', description: 'All indicators, whichever probes they belong to.' },
  checks: { summary: 'How is one indicator, or one group?', description: 'Asks no more than what is named.' },
};

const NAME: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'The name of an indicator or of a group.',
  schema: { type: 'string' },
};

const DEEP: Parameter = {
  name: 'deep',
  in: 'query',
  required: false,
  description: 'Asks every indicator.',
  schema: { type: 'boolean' },
};

const KEY: Parameter = {
  name: 'X-Health-Key',
  in: 'header',
  required: false,
  description: 'A key, for more than strangers see. "Authorization: Bearer <key>" says the same.',
  schema: { type: 'string', format: 'password' },
};

/**
 * Describes the routes of a controller for the OpenAPI document of the application, as the settings have them. The
 * document is made when the application asks for it: what is described by then is in it.
 */
export class ApiDescription {
  readonly #controller: Type;
  readonly #settings: HealthSettings;
  readonly #endpoints: EndpointDescription[] = [];
  #formats: Readonly<Record<string, string>> = MEDIA_TYPES;

  constructor(controller: Type, settings: HealthSettings) {
    this.#controller = controller;
    this.#settings = settings;
    const definitions = Object.entries(definitionsOf(settings.format));
    defineSchemas(controller, Object.fromEntries(definitions.map(([name, schema]) => [name, toOpenApi(schema)])));
    this.#describeAll();
  }

  addFormat(name: string, mediaType: string): void {
    this.#formats = { ...this.#formats, [name]: mediaType };
    this.#describeAll();
  }

  /** An endpoint beside the probes, which has a route of its own. */
  addEndpoint(endpoint: EndpointDescription): void {
    this.#endpoints.push(endpoint);
    this.#describeAll();
  }

  #describeAll(): void {
    for (const name of Object.keys(OPERATIONS) as EndpointName[]) this.#describeProbe(name);
    for (const endpoint of this.#endpoints) this.#describeFurther(endpoint);
  }

  #describeProbe(name: EndpointName): void {
    const { endpoints, aliases } = this.#settings;
    const views = this.#viewsOf(name);
    // The route of single checks is there, all the same, when nothing is ever found by it.
    if (!endpoints[name].enabled || views.length === 0) return excludeHandler(this.#handler(name));
    const alsoDeep = name === 'overview' && endpoints.deep.enabled;
    const answers = this.#answers().addReports(alsoDeep ? [...new Set([...views, ...this.#viewsOf('deep')])] : views);
    if (this.#settings.access && (name === 'deep' || alsoDeep)) answers.addUnauthorized();
    if (name === 'checks') answers.addNotFound('There is none of that name');
    describeHandler(this.#handler(name), name, {
      operation: OPERATIONS[name],
      parameters: [...(name === 'checks' ? [NAME] : []), ...(alsoDeep ? [DEEP] : []), this.#format(), ...this.#key()],
      responses: answers.describe(),
      aliases: [...aliases].flatMap(([path, probe]) => (probe === name ? [path] : [])),
    });
  }

  #describeFurther({ name, summary, description, access, answers: given }: EndpointDescription): void {
    const answers = this.#answers();
    for (const answer of given) answers.addText(answer.statusCode, answer.description, answer.mediaTypes);
    if (this.#settings.access && access === 'deep') answers.addUnauthorized();
    describeHandler(this.#handler(name), name, {
      operation: { summary, description },
      parameters: this.#key(),
      responses: answers.describe(),
      aliases: [],
    });
  }

  /** What callers may come to see. Who is known sees as much as strangers at least; `deep` answers nobody else. */
  #viewsOf(name: EndpointName): HealthView[] {
    const { access, endpoints } = this.#settings;
    const { view } = endpoints[name];
    const granted: readonly HealthView[] = access?.authorize ? VIEWS : ['full'];
    if (access && name === 'deep') return [...granted];
    const wider = access ? granted.filter((one) => VIEWS.indexOf(one) > VIEWS.indexOf(view)) : [];
    const views = [view, ...wider];
    return name === 'checks' ? views.filter((one) => one !== VIEWS[0]) : views;
  }

  #format(): Parameter {
    return {
      name: 'format',
      in: 'query',
      required: false,
      description: 'How the answer is written. It wins over the header Accept.',
      schema: { type: 'string', enum: Object.keys(this.#formats) },
    };
  }

  #key(): Parameter[] {
    return this.#settings.access && this.#settings.access.apiKeys.length > 0 ? [KEY] : [];
  }

  #answers(): Answers {
    return new Answers(this.#settings, this.#formats);
  }

  #handler(name: string): object {
    return (this.#controller.prototype as Readonly<Record<string, object>>)[name] ?? {};
  }
}
