import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { clientAmbiguous, clientNotFound, clientNotSingleton, clientUnusable } from '../errors/messages.js';
import { type Rule, show } from '../options/rules.js';

/** Where an indicator finds a client of the application: the token that it is provided under, or the client itself. */
export type ClientSource<Client> = InjectionToken | Client;

/** The client that an integration needs, and what its messages say if there is none. */
export interface ClientRequest<Client> {
  /** The indicator, as messages call it. */
  readonly place: string;
  /** A client that was handed over, or the tokens that it may stand under, the likeliest first. */
  readonly sources: readonly unknown[];
  /** Whether something is such a client. It asks for the methods that are used, so that a stand-in or another copy of the package will do. */
  readonly accepts: (candidate: unknown) => candidate is Client;
  /** What is accepted, to follow "not" in a message. */
  readonly expected: string;
  /** What the reader should do. */
  readonly remedy: string;
  /** What a client that was found lacks for what the options ask of it. */
  readonly objection?: (client: Client) => ConfigurationFault | undefined;
}

/** The rule for an option that takes a {@link ClientSource}. Whether it leads to a client is seen when the application starts. */
export const clientSource: Rule = {
  expected: 'an injection token, or the client itself',
  accepts: (value) => (typeof value === 'object' && value !== null) || isToken(value),
};

/**
 * Finds a client of the application, wherever it is provided: first in the indicator's own module, then in any other.
 * Throws a `HealthConfigurationError` if there is none that is meant beyond doubt.
 */
export function findClient<Client>(moduleRef: ModuleRef, request: ClientRequest<Client>): Client {
  const { place, sources, accepts, expected, remedy } = request;
  for (const source of sources) {
    const [client, ...others] = isToken(source) ? provided(moduleRef, source, place) : [];
    if (others.length > 0) refuse(clientAmbiguous(place, nameOf(source), remedy));
    const candidate = client ?? source;
    if (accepts(candidate)) {
      const objection = request.objection?.(candidate);
      return objection ? refuse(objection) : candidate;
    }
    if (client !== undefined || !isToken(source)) refuse(clientUnusable(place, show(candidate), expected, remedy));
  }
  return refuse(clientNotFound(place, sources.map(nameOf), remedy));
}

/** Some clients are functions, as classes are that serve as tokens: which of both it is shows when it is looked up. */
function isToken(source: unknown): source is string | symbol | Function {
  return typeof source === 'function' || typeof source === 'symbol' || (typeof source === 'string' && source !== '');
}

/** What is provided under a token in the indicator's own module, else all that is in any other, each once. */
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
      // Otherwise nothing is provided there.
    }
  }
  return [];
}

function isScopeError(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'InvalidClassScopeException';
}

function nameOf(source: unknown): string {
  return typeof source === 'function' ? `the class ${source.name}` : `the token ${show(source)}`;
}

function refuse(fault: ConfigurationFault): never {
  throw new HealthConfigurationError([fault]);
}
