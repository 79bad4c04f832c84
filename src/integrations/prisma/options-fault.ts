import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigurationFault } from '../../errors/fault.js';
import { show } from '../../options/rules.js';
import { type PrismaClientLike, hasAdapter, isMongo, poolOf } from './prisma-client.js';

/** The options that some clients cannot support. */
interface Requirements {
  readonly pendingMigrations?: unknown;
  readonly migrationsFolder: string;
  readonly maxWaiting?: unknown;
}

/** The fault of a client that cannot support the options. */
export function optionsFault(
  client: PrismaClientLike,
  place: string,
  { pendingMigrations, migrationsFolder, maxWaiting }: Requirements,
): ConfigurationFault | undefined {
  // A test double has no adapter, and may replace a client with a pool.
  if (maxWaiting !== undefined && hasAdapter(client) && !poolOf(client)) {
    return {
      place: `${place}, maxWaiting`,
      problem: 'the driver adapter of its PrismaClient has no pool of pg that the check can count',
      remedy: 'pass a Pool of pg to the adapter: new PrismaPg(new Pool({ … })), or remove the option',
    };
  }
  if (pendingMigrations === undefined) return undefined;
  const option = `${place}, pendingMigrations`;
  if (isMongo(client)) {
    return { place: option, problem: 'MongoDB has no migrations of Prisma', remedy: 'remove the option' };
  }
  const path = resolve(migrationsFolder);
  // Without the folder, no migration could ever be pending.
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
  return {
    place: option,
    problem: `there is no folder of migrations at ${show(path)}`,
    remedy: 'deploy the folder with the application, and set migrationsFolder to its path',
  };
}
