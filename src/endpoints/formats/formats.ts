import type { HealthFormatter } from '../../extension/health-endpoints.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import type { JsonShape } from '../../options/json-shape.js';
import { MEDIA_TYPES } from './format.js';
import { HEALTH_JSON } from './health-json.js';
import { JSON_SHAPES } from './json-shapes.js';
import { formatOf } from './negotiation.js';
import { TEXT } from './text.js';

/** The formats of the responses: the built-in ones, and those of other modules. */
export class Formats {
  readonly #formats: Record<string, HealthFormatter>;
  #mediaTypes: Readonly<Record<string, string>> = MEDIA_TYPES;

  constructor(shape: JsonShape) {
    this.#formats = { json: JSON_SHAPES[shape], health: HEALTH_JSON, text: TEXT };
  }

  /** The media type of each format, by its name. */
  get mediaTypes(): Readonly<Record<string, string>> {
    return this.#mediaTypes;
  }

  /** Throws if a format has this name already. */
  add(format: HealthFormatter): void {
    const { name, mediaType } = format;
    if (Object.hasOwn(this.#formats, name)) throw new Error(`There are two formats named ${name}`);
    this.#formats[name] = format;
    this.#mediaTypes = { ...this.#mediaTypes, [name]: mediaType };
  }

  /** The format for a request. Undefined: `?format=` names an unknown format. */
  of(request: HealthRequest): HealthFormatter | undefined {
    const name = formatOf(request, this.#mediaTypes);
    return name === undefined ? undefined : this.#formats[name];
  }
}
