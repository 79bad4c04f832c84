/** A connection of a driver that can be asked, and cut off, past Sequelize. */
export interface DriverPing {
  ask(): Promise<unknown>;
  /** Ends the connection at once, whatever the server does. */
  cut(): void;
}

/** What is used of a connection of `pg`. */
interface PostgresConnection {
  query(text: string): Promise<unknown>;
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}

/** What is used of a connection of `mysql2`. */
interface MysqlConnection {
  ping(callback: (error: unknown) => void): void;
  destroy(): void;
  readonly stream?: { destroy(): unknown };
}

const DRIVERS: Readonly<Record<string, (connection: object) => DriverPing>> = {
  postgres: (connection) => {
    const postgres = connection as PostgresConnection;
    return { ask: () => postgres.query('SELECT 1'), cut: () => postgres.connection?.stream?.destroy() };
  },
  mysql: (connection) => {
    const mysql = connection as MysqlConnection;
    return {
      ask: () =>
        new Promise<void>((resolve, reject) => {
          mysql.ping((error) => (error ? reject(error) : resolve()));
        }),
      cut: () => {
        mysql.destroy();
        // By itself it says goodbye and waits for the server to hang up, which a frozen one does not do.
        mysql.stream?.destroy();
      },
    };
  },
};

/** Undefined: the driver of this dialect is left to Sequelize. */
export function driverOf(dialect: string): ((connection: object) => DriverPing) | undefined {
  return Object.hasOwn(DRIVERS, dialect) ? DRIVERS[dialect] : undefined;
}
