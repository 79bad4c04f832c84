import type { Type } from '@nestjs/common';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { descriptionMissing } from '../../errors/messages.js';
import type { EndpointDescription } from '../../extension/health-endpoints.js';
import type { HealthSettings } from '../../options/health-settings.js';
import type { HealthActions } from '../../extension/health-actions.js';
import { MEDIA_TYPES } from '../formats/format.js';
import { groupHandler, handlerOf } from '../handler-names.js';
import { loadControllerDescription } from './load-controller-description.js';
import { type ControllerDescription, describeHandler } from './swagger-metadata.js';

/**
 * Describes the routes of the controller for the OpenAPI document of the application. The description is created when the
 * application creates the document, so that it costs nothing at other starts.
 */
export class ApiDescription {
  readonly #controller: Type;
  readonly #settings: HealthSettings;
  readonly #endpoints: EndpointDescription[] = [];
  readonly #actions: HealthActions[] = [];
  #formats: Readonly<Record<string, string>> = MEDIA_TYPES;

  constructor(controller: Type, settings: HealthSettings) {
    this.#controller = controller;
    this.#settings = settings;
    this.#describe();
  }

  addFormat(name: string, mediaType: string): void {
    this.#formats = { ...this.#formats, [name]: mediaType };
    this.#describe();
  }

  /** An endpoint of another module, which has a route of its own. */
  addEndpoint(endpoint: EndpointDescription): void {
    this.#endpoints.push(endpoint);
    this.#describe();
  }

  /** The operations of another module, each of which has a route of its own. */
  addActions(actions: HealthActions): void {
    this.#actions.push(actions);
    this.#describe();
  }

  #describe(): void {
    const [settings, formats, endpoints] = [this.#settings, this.#formats, [...this.#endpoints]];
    const operations = this.#actions.flatMap(({ name, operations: all }) =>
      all.map((operation) => [handlerOf(name, operation), operation] as const),
    );
    // A handler without a description is left out of the document.
    const pages = this.#actions.flatMap(({ name, pages: all = [] }) => all.map((page) => handlerOf(name, page)));
    let made: ControllerDescription | undefined;
    const describe = (): ControllerDescription =>
      (made ??= loadDescription().describeController(settings, formats, endpoints, operations));
    const names = [
      ...Object.keys(settings.endpoints),
      'parts',
      ...endpoints.map(({ name }) => name),
      ...operations.map(([handler]) => handler),
      ...pages,
    ];
    for (const name of names) describeHandler(this.#handler(name), name, this.#aliasesOf(name), describe);
    for (const [group, { hasEndpoint, additionalPath: alias }] of settings.groups) {
      const name = groupHandler(group);
      if (hasEndpoint) describeHandler(this.#handler(name), name, alias === undefined ? [] : [alias], describe);
    }
  }

  #aliasesOf(name: string): string[] {
    return [...this.#settings.aliases].flatMap(([path, probe]) => (probe === name ? [path] : []));
  }

  #handler(name: string): object {
    return (this.#controller.prototype as Readonly<Record<string, object>>)[name] ?? {};
  }
}

function loadDescription(): ReturnType<typeof loadControllerDescription> {
  try {
    return loadControllerDescription();
  } catch {
    throw new HealthConfigurationError([descriptionMissing()]);
  }
}
