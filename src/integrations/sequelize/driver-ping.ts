/** Pings and destroys a connection of a driver directly, not through Sequelize. */
export interface DriverPing {
  ping(): Promise<unknown>;
  /** Ends the connection at once, also if the server is frozen. */
  destroy(): void;
}

/** The used part of a connection of `pg`. */
interface PostgresConnection {
  query(text: string): Promise<unknown>;
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}

/** The used part of a connection of `mysql2`. */
interface MysqlConnection {
  ping(callback: (error: unknown) => void): void;
  destroy(): void;
  readonly stream?: { destroy(): unknown };
}

const DRIVERS: Readonly<Record<string, (connection: object) => DriverPing>> = {
  postgres: (connection) => {
    const postgres = connection as PostgresConnection;
    return { ping: () => postgres.query('SELECT 1'), destroy: () => postgres.connection?.stream?.destroy() };
  },
  mysql: (connection) => {
    const mysql = connection as MysqlConnection;
    return {
      ping: () =>
        new Promise<void>((resolve, reject) => {
          mysql.ping((error) => (error ? reject(error) : resolve()));
        }),
      destroy: () => {
        mysql.destroy();
        // It waits until the server closes the connection. A frozen server does not, so the socket is destroyed too.
        mysql.stream?.destroy();
      },
    };
  },
};

/** Undefined for a dialect whose driver is only used through Sequelize. */
export function driverOf(dialect: string): ((connection: object) => DriverPing) | undefined {
  return Object.hasOwn(DRIVERS, dialect) ? DRIVERS[dialect] : undefined;
}
