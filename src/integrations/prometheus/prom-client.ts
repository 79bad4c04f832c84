import type * as promClient from 'prom-client';

/** The package, which is loaded when the module is imported and not before. */
export type PromClient = typeof promClient;
