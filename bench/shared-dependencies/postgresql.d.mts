/** The folder of the newest installed PostgreSQL. Undefined: it is not installed. */
export function postgresqlFolder(): string | undefined;
