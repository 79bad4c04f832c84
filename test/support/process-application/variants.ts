import type { Configuration } from './application/configuration.js';
import type { NestVersion } from './compile.js';

export interface Variant {
  readonly nest: NestVersion;
  readonly adapter: Exclude<Configuration['adapter'], 'none'>;
}

/** Whatever is true of a shutdown has to be true of each of these. */
export const VARIANTS: readonly (readonly [string, Variant])[] = [
  ['Nest 12 on Express', { nest: 12, adapter: 'express' }],
  ['Nest 12 on Fastify', { nest: 12, adapter: 'fastify' }],
  ['Nest 11 on Express', { nest: 11, adapter: 'express' }],
  ['Nest 11 on Fastify', { nest: 11, adapter: 'fastify' }],
];
