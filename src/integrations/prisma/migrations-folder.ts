import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The folder that `prisma migrate` uses for a schema in `prisma/schema.prisma`. */
export const MIGRATIONS_FOLDER = 'prisma/migrations';

/** The names of the migrations, the oldest first. Each is a folder whose name begins with its time. */
export async function migrationsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}
