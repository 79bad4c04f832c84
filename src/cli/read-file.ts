import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsed } from '../core/moment.js';
import { UsageError } from './usage-error.js';

/** A file that an option names. */
export interface NamedFile {
  /** With its dashes. */
  readonly option: string;
  readonly path: string;
  /** The contents of the file, as a singular noun. */
  readonly content: string;
}

export interface ReadLimits {
  /** Bytes of the file. */
  readonly most: number;
  /** Milliseconds until the end of a pipe. */
  readonly time: number;
}

/** A longer key exceeds the limit of the headers of a request. */
const SECRET: ReadLimits = { most: 16 * 1024, time: 5000 };
/** The file with all authorities of an operating system has about 250 kB. */
const CERTIFICATES: ReadLimits = { most: 4 << 20, time: 5000 };

/** Milliseconds between two reads of a pipe without data. */
const PAUSE = 20;

/** A key, a password or a secret, without the blanks around it. Throws `UsageError`. */
export const readSecret = (option: string, path: string, content: string): Promise<string> =>
  readNamedFile({ option, path, content }, SECRET);

/** Certificates as PEM. Throws `UsageError`. */
export const readCertificates = (option: string, path: string): Promise<string> =>
  readNamedFile({ option, path, content: 'certificate' }, CERTIFICATES);

/** The text of a regular file or of a pipe, such as `<(command)` of a shell. A device has no end, so it is refused. */
export async function readNamedFile(file: NamedFile, limits: ReadLimits): Promise<string> {
  const { option, path, content } = file;
  let handle: FileHandle | undefined;
  try {
    // A pipe without a writer would block the call.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const kind = await handle.stat();
    if (!kind.isFile() && !kind.isFIFO()) {
      throw new UsageError(
        `${option} ${path} is ${nameOf(kind)}: give a file, or a pipe that ends, with one ${content}`,
      );
    }
    const text = (await readToEnd(handle, file, limits, kind.isFIFO())).toString().trim();
    if (text !== '') return text;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option} ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    await handle?.close();
  }
  throw new UsageError(`${option} ${path} is empty: write one ${content} into it`);
}

async function readToEnd(handle: FileHandle, file: NamedFile, limits: ReadLimits, isPipe: boolean): Promise<Buffer> {
  const { option, path, content } = file;
  const { most, time } = limits;
  const until = elapsed() + time;
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= most) {
    const chunk = await readSome(handle, most + 1 - length);
    if (chunk && chunk.length > 0) {
      chunks.push(chunk);
      length += chunk.length;
    } else if (chunk && (!isPipe || length > 0)) {
      return Buffer.concat(chunks);
    } else {
      // An empty pipe may not have been opened by its writer yet.
      if (elapsed() > until) {
        throw new UsageError(
          `${option} ${path} is a pipe that has not ended within ${time} ms: ` +
            `write one ${content} into it and close it, or give a file`,
        );
      }
      await sleep(PAUSE);
    }
  }
  throw new UsageError(
    `${option} ${path} is longer than ${most} bytes: write one ${content} into it, and nothing else`,
  );
}

/** Undefined: a pipe has no data at present. Empty: the end, or a pipe that no writer has open. */
async function readSome(handle: FileHandle, most: number): Promise<Buffer | undefined> {
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(most, 65_536)), 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

function nameOf(kind: Stats): string {
  return kind.isDirectory() ? 'a folder' : 'a device or a socket';
}
