import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNamedFile } from '../../../src/cli/read-file.js';
import { UsageError } from '../../../src/cli/usage-error.js';

const LIMITS = { most: 100, time: 10_000 };

describe('a file that an option names', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (path: string, limits = LIMITS): Promise<string> =>
    readNamedFile({ option: '--key-file', path, content: 'API key' }, limits);
  const fileWith = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const pipe = (name: string): string => {
    const path = join(folder, name);
    execFileSync('mkfifo', [path]);
    return path;
  };

  it('is read up to the limit, without surrounding whitespace', async () => {
    expect(await read(fileWith('key', ` ${'k'.repeat(98)}\n`))).toBe('k'.repeat(98));
  });

  it('is read from a pipe that is written later, in several parts', async () => {
    const path = pipe('pipe');
    const reading = read(path);
    const writer = await open(path, 'w');
    await writer.write('secret-');
    await writer.write('of-the-pipe\n');
    await writer.close();
    expect(await reading).toBe('secret-of-the-pipe');
  });

  it.each([
    ['a missing file', () => join(folder, 'none'), 'none cannot be read: ENOENT'],
    ['an empty file', () => fileWith('empty', '\n'), 'empty is empty: write one API key into it'],
    [
      'a longer file',
      () => fileWith('long', 'k'.repeat(101)),
      'long is longer than 100 bytes: write one API key into it',
    ],
    [
      'a device without an end',
      () => '/dev/zero',
      '--key-file /dev/zero is a device or a socket: give a file, or a pipe',
    ],
    ['a folder', () => folder, 'is a folder: give a file'],
  ])('is refused: %s', async (_kind, path, problem) => {
    const error: unknown = await read(path()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(problem);
  });

  it('is refused: a pipe without a writer, after the time limit', async () => {
    await expect(read(pipe('silent'), { ...LIMITS, time: 30 })).rejects.toThrow(
      'silent is a pipe that has not ended within 30 ms: write one API key into it and close it, or give a file',
    );
  });

  it('is refused: a pipe that stays open, after the time limit', async () => {
    const path = pipe('open');
    const writer = await open(path, 'r+');
    await writer.write('k');
    await expect(read(path, { ...LIMITS, time: 30 })).rejects.toThrow('not ended within 30 ms');
    await writer.close();
  });

  it('is refused: a pipe that never ends, after the limit of bytes', async () => {
    const path = pipe('endless');
    const writer = await open(path, 'r+');
    await writer.write('k'.repeat(1000));
    await expect(read(path)).rejects.toThrow('endless is longer than 100 bytes');
    await writer.close();
  });
});
