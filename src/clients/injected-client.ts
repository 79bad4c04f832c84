import type { InjectionToken } from '@nestjs/common';
import { type ModuleRef, ModulesContainer } from '@nestjs/core';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { clientAmbiguous, clientNotFound, clientNotSingleton, clientUnusable } from './client-messages.js';
import { type Rule, show } from '../options/rules.js';

/** The client of an indicator: the injection token of a client of the application, or the client itself. */
export type ClientSource<Client> = InjectionToken | Client;

/** The client that an integration needs, and the texts of the messages if it is not found. */
export interface ClientRequest<Client> {
  /** The name of the indicator in messages. */
  readonly place: string;
  /** The client itself, or the tokens that it may be provided under, the most likely first. */
  readonly sources: readonly unknown[];
  /** Whether a candidate is such a client. It should test for the methods that are used: see `hasMethods`. */
  readonly accepts: (candidate: unknown) => candidate is Client;
  /** The accepted clients. In a message, this text is after "instead of". */
  readonly expected: string;
  /** The remedy in the messages. See `passToken`. */
  readonly remedy: string;
  /** Returns a fault if the client that was found cannot support the options. */
  readonly optionsFault?: (client: Client) => ConfigurationFault | undefined;
}

/** The remedy of most integrations. `client`: the kind of client. `example`: the options in the example. */
export const passToken = (place: string, client: string, example: string): string =>
  `pass the token that the application provides the ${client} under, or the ${client} itself: ` +
  `${place.slice(0, -1)}, ${example})`;

/** The rule for an option that takes a {@link ClientSource}. `findClient` checks whether a token provides a client. */
export const clientSource: Rule = {
  expected: 'an injection token, or the client itself',
  accepts: (value) => (typeof value === 'object' && value !== null) || isToken(value),
};

/**
 * Finds a client of the application: first in the module of the indicator, then in all other modules. Throws a
 * `HealthConfigurationError` if there is no client, or more than one.
 */
export function findClient<Client>(moduleRef: ModuleRef, request: ClientRequest<Client>): Client {
  const { place, sources, accepts, expected, remedy } = request;
  for (const source of sources) {
    const [client, ...others] = isToken(source) ? provided(moduleRef, source, place) : [];
    if (others.length > 0) refuse(clientAmbiguous(place, nameOf(source), remedy));
    const candidate = client ?? source;
    if (accepts(candidate)) {
      const fault = request.optionsFault?.(candidate);
      return fault ? refuse(fault) : candidate;
    }
    if (client !== undefined || !isToken(source)) refuse(clientUnusable(place, show(candidate), expected, remedy));
  }
  return refuse(clientNotFound(place, sources.map(nameOf), similarTokens(moduleRef, sources), remedy));
}

/** A function may be a class that serves as a token, or a client itself. A look-up under the token distinguishes them. */
function isToken(source: unknown): source is string | symbol | Function {
  return typeof source === 'function' || typeof source === 'symbol' || (typeof source === 'string' && source !== '');
}

/** The value under a token in the indicator's own module, otherwise the different values in all other modules. */
function provided(moduleRef: ModuleRef, token: string | symbol | Function, place: string): unknown[] {
  const lookUps = [
    (): unknown[] => [moduleRef.get(token, { strict: true })],
    (): unknown[] => moduleRef.get(token, { strict: false, each: true }),
  ];
  for (const lookUp of lookUps) {
    try {
      const found = [...new Set(lookUp())].filter((candidate) => candidate !== undefined && candidate !== null);
      if (found.length > 0) return found;
    } catch (error) {
      if (isScopeError(error)) refuse(clientNotSingleton(place, nameOf(token)));
      // Any other error means that nothing is provided there.
    }
  }
  return [];
}

function isScopeError(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'InvalidClassScopeException';
}

/** Different tokens with the same text: the symbol `REDIS` and the string "REDIS", or a class of another copy. */
function similarTokens(moduleRef: ModuleRef, sources: readonly unknown[]): string[] {
  const texts = new Set(sources.map(textOf));
  return [...moduleRef.get(ModulesContainer, { strict: false }).values()].flatMap((module) =>
    [...module.providers.keys()]
      .filter((token) => isToken(token) && texts.has(textOf(token)) && !sources.includes(token))
      .map((token) => `${nameOf(token)}, which ${module.name} provides`),
  );
}

function textOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  if (typeof token === 'symbol') return token.description;
  return typeof token === 'function' ? token.name : undefined;
}

function nameOf(source: unknown): string {
  return typeof source === 'function' ? `the class ${source.name}` : `the token ${show(source)}`;
}

function refuse(fault: ConfigurationFault): never {
  throw new HealthConfigurationError([fault]);
}
