import { hasMethods } from '../../core/has-methods.js';
import { type InnerPgPool, isPgPool } from '../../clients/pg-pool.js';
import { property } from './property.js';

/** The used part of a `PrismaClient` of an SQL database. */
export interface PrismaSqlClient {
  $queryRaw(query: TemplateStringsArray, ...values: never[]): PromiseLike<unknown>;
  $connect?(): PromiseLike<void>;
}

/** The used part of a `PrismaClient` of MongoDB. */
export interface PrismaMongoClient {
  $runCommandRaw(command: { readonly ping: 1 }): PromiseLike<unknown>;
}

/** A client that Prisma has generated for the application. */
export type PrismaClientLike = PrismaSqlClient | PrismaMongoClient;

export function isPrismaClient(candidate: unknown): candidate is PrismaClientLike {
  return hasMethods(candidate, '$queryRaw') || hasMethods(candidate, '$runCommandRaw');
}

/** `PrismaClient` has both methods for every database, and one of them throws. */
export function isMongo(client: PrismaClientLike): client is PrismaMongoClient {
  return providerOf(client) === 'mongodb' || !hasMethods(client, '$queryRaw');
}

/** The `provider` of the data source in the schema of Prisma. Undefined for a test double. */
export function providerOf(client: PrismaClientLike): unknown {
  return Reflect.get(client, '_activeProvider');
}

/**
 * The pool of `pg` that the application has passed to the driver adapter. Undefined for a pool that the adapter creates
 * itself, because Prisma keeps that one private, and for other adapters.
 */
export function poolOf(client: PrismaClientLike): InnerPgPool | undefined {
  const pool = property(adapterOf(client), 'externalPool');
  return isPgPool(pool) ? pool : undefined;
}

export function hasAdapter(client: PrismaClientLike): boolean {
  return adapterOf(client) !== undefined;
}

/** The option `schema` of the driver adapter. */
export function schemaOf(client: PrismaClientLike): string | undefined {
  const schema = property(property(adapterOf(client), 'options'), 'schema');
  return typeof schema === 'string' ? schema : undefined;
}

function adapterOf(client: PrismaClientLike): unknown {
  return property(Reflect.get(client, '_engineConfig'), 'adapter');
}
