import type * as promClient from 'prom-client';

/** The package `prom-client`, which is loaded only if the module is imported. */
export type PromClient = typeof promClient;
