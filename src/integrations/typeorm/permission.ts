/** Stands for a value that the user of the data source is not permitted to read. */
export type NotPermitted = 'not permitted';

/** The codes of PostgreSQL (SQLSTATE) and MySQL for a statement that the user is not permitted to run. */
const PERMISSION_DENIED: ReadonlySet<unknown> = new Set([
  '42501',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
]);

/** The value, or `not permitted` if the database refuses to read it. */
export async function ifPermitted<T>(read: () => Promise<T>): Promise<T | NotPermitted> {
  try {
    return await read();
  } catch (error) {
    if (PERMISSION_DENIED.has(errorCodeOf(error))) return 'not permitted';
    throw error;
  }
}

/** The code of the driver, which the errors of TypeORM copy. */
export function errorCodeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
