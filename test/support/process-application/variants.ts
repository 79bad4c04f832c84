import { isNightly } from '../nightly.js';
import type { Configuration } from './application/configuration.js';
import type { NestVersion } from './compile.js';

export interface Variant {
  readonly nest: NestVersion;
  readonly adapter: Exclude<Configuration['adapter'], 'none'>;
}

/** All combinations of Nest and HTTP adapter. The main guarantee of the shutdown is tested on each of them in every run. */
export const ALL_VARIANTS: readonly (readonly [string, Variant])[] = [
  ['Nest 12 on Express', { nest: 12, adapter: 'express' }],
  ['Nest 12 on Fastify', { nest: 12, adapter: 'fastify' }],
  ['Nest 11 on Express', { nest: 11, adapter: 'express' }],
  ['Nest 11 on Fastify', { nest: 11, adapter: 'fastify' }],
];

/** Each version of Nest and each adapter once. The nightly run uses all combinations. */
export const VARIANTS = isNightly
  ? ALL_VARIANTS
  : ALL_VARIANTS.filter(([, { nest, adapter }]) => (nest === 12) === (adapter === 'express'));

/** For tests of behaviour that depends neither on Nest nor on the adapter. The nightly run uses all combinations. */
export const ONE_VARIANT = isNightly ? ALL_VARIANTS : ALL_VARIANTS.slice(0, 1);
