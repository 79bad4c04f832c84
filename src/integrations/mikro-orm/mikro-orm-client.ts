import { hasMethods } from '../../core/has-methods.js';
import type { ClientRequest, ClientSource } from '../../clients/injected-client.js';
import { loadPeer } from '../../clients/load-peer.js';
import type { ConfigurationFault } from '../../errors/fault.js';

/** The used part of a `MikroORM`, of any driver. */
export interface MikroOrmClient {
  readonly em: { getConnection(): object };
  checkConnection(): Promise<unknown>;
}

/** The used part of the connection to the primary. */
export interface OrmConnection {
  /** Whether the application, or a check, has used it since it was created or closed. */
  readonly connected?: boolean;
  ensureConnection(): Promise<void>;
  checkConnection(): Promise<{ readonly ok: boolean; readonly reason?: string; readonly error?: unknown }>;
  /** Since MikroORM 7.2: the pool of `pg`, or the client of another driver. */
  getNativeClient?(): Promise<unknown>;
}

/** The used part of the migrator, which its own package adds to the ORM. */
export interface Migrator {
  readonly constructor: unknown;
  getPending(): Promise<readonly { readonly name: string }[]>;
  getStorage(): { getTableName(): { readonly tableName: string; readonly schemaName?: string } };
}

export async function requestOrm(
  place: string,
  given: ClientSource<MikroOrmClient> | undefined,
  needsMigrator: boolean,
): Promise<ClientRequest<MikroOrmClient>> {
  return {
    place,
    sources: await sourcesOf(place, given),
    accepts: isMikroOrm,
    expected: 'a MikroORM',
    remedy:
      "import MikroOrmModule.forRoot(), or pass the context name: { orm: 'reports' }, a token, or the MikroORM itself",
    optionsFault: (orm) => (needsMigrator ? optionsFault(place, orm) : undefined),
  };
}

/** `MikroOrmModule` provides the default ORM under its class, and a named one under a string made from the name. */
async function sourcesOf(place: string, given: ClientSource<MikroOrmClient> | undefined): Promise<readonly unknown[]> {
  if (given === undefined) {
    const { MikroORM } = await loadPeer(place, '@mikro-orm/core', () => import('@mikro-orm/core'));
    return [MikroORM];
  }
  return typeof given === 'string' ? [`${given}_MikroORM`, given] : [given];
}

function isMikroOrm(candidate: unknown): candidate is MikroOrmClient {
  return hasMethods(candidate, 'checkConnection') && 'em' in candidate && hasMethods(candidate.em, 'getConnection');
}

export function connectionOf(orm: MikroOrmClient): OrmConnection {
  return orm.em.getConnection() as OrmConnection;
}

/** Throws the error of MikroORM if the package of the migrator is not installed. */
export function migratorOf(orm: MikroOrmClient): Migrator {
  return (orm as MikroOrmClient & { readonly migrator: Migrator }).migrator;
}

function optionsFault(place: string, orm: MikroOrmClient): ConfigurationFault | undefined {
  const option = `${place}, pendingMigrations`;
  if (!hasMethods(connectionOf(orm), 'getNativeClient') || !isPostgres(orm)) {
    return {
      place: option,
      problem: 'the check of migrations needs MikroORM 7.2 or later, and PostgreSQL',
      remedy: 'remove the option',
    };
  }
  try {
    migratorOf(orm);
    return undefined;
  } catch {
    return {
      place: option,
      problem: 'its MikroORM has no migrator',
      remedy: 'install @mikro-orm/migrations, and add its Migrator to the option "extensions" of the MikroORM',
    };
  }
}

/** Platforms have no name. Only the platform of PostgreSQL has this default schema. */
function isPostgres({ em }: MikroOrmClient): boolean {
  if (!hasMethods(em, 'getPlatform')) return false;
  const platform = (em as unknown as { getPlatform(): { getDefaultSchemaName?(): string | undefined } }).getPlatform();
  return platform.getDefaultSchemaName?.() === 'public';
}
