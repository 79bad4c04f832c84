import { type Options, PostgreSqlDriver } from '@mikro-orm/postgresql';

/** The options of a MikroORM without entities, connected to the private server with this address. */
export const ormOptions = (url: string): Options & { driver: typeof PostgreSqlDriver } => ({
  driver: PostgreSqlDriver,
  clientUrl: `${url}/postgres`,
  pool: { max: 3 },
  discovery: { warnWhenNoEntities: false },
  logger: () => undefined,
});
