import { stat } from 'node:fs/promises';

/** Why the file is stale. Undefined: the application has touched it within `maxAge` milliseconds. */
export async function staleReason(path: string, maxAge: number): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    const age = Math.round(Date.now() - mtimeMs);
    return age <= maxAge ? undefined : `${path} was last touched ${age} ms ago, more than ${maxAge} ms`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `${path} does not exist` : (error as Error).message;
  }
}
