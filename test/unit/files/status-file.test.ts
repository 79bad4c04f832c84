import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StatusFile } from '../../../src/files/status-file.js';

let directory: string;
const faults: unknown[] = [];
beforeEach(() => {
  faults.length = 0;
  directory = mkdtempSync(join(tmpdir(), 'nest-vitals-status-'));
  return () => rmSync(directory, { recursive: true, force: true });
});
const create = (name = 'ready'): StatusFile => new StatusFile(join(directory, name), (fault) => faults.push(fault));

describe('a status file', () => {
  it('contains the state of the last of several calls', async () => {
    const file = create();
    const path = join(directory, 'ready');
    for (let round = 0; round < 50; round += 1) {
      void file.touch('first');
      void file.remove();
      await file.touch(`last ${round}`);
      expect(readFileSync(path, 'utf8')).toBe(`last ${round}`);
      void file.touch('next');
      await file.remove();
      expect(readdirSync(directory)).toEqual([]);
    }
    expect(faults).toEqual([]);
  });

  it('does not appear after a removal that was requested while it was written', async () => {
    const file = create();
    const seen: string[][] = [];
    for (let round = 0; round < 50; round += 1) {
      const touched = file.touch('text');
      await file.remove();
      seen.push(readdirSync(directory));
      await touched;
      seen.push(readdirSync(directory));
    }
    expect(seen.flat()).toEqual([]);
  });

  it('reports an error of the file system, and writes again later', async () => {
    const file = create('missing/ready');
    await file.touch('text');
    expect(faults).toMatchObject([{ code: 'ENOENT' }]);
    await file.remove();
    expect(faults).toHaveLength(1);
  });
});
