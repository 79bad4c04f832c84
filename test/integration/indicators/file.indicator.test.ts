import { access, chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthModule } from 'nest-vitals';
import { FileIndicator, type FileIndicatorOptions } from 'nest-vitals/indicators';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../support/start-application.js';
import { latch } from '../../support/latch.js';
import { faultsOf, run } from '../../unit/indicators/indicator.js';

vi.mock('node:fs/promises', { spy: true });

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-indicator-'));
  file = join(folder, 'settings.json');
  await writeFile(file, '{"a":1}');
});
afterEach(async () => {
  vi.resetAllMocks();
  await rm(folder, { recursive: true });
});

const look = (path: string, options: Omit<FileIndicatorOptions, 'path'> = {}) =>
  run(new (FileIndicator('settings', { path, ...options }))());

describe('FileIndicator', () => {
  it('is UP for a file that exists', async () => {
    const { mtime } = await stat(file);
    expect(await look(file)).toEqual({
      status: 'UP',
      data: { kind: 'file', size_bytes: 7, modified_at: mtime.toISOString() },
    });
  });

  it('reports the kind, the size and the time of a file', async () => {
    expect((await look(folder)).data).toMatchObject({ kind: 'directory' });
    expect((await look(folder)).data).not.toHaveProperty('size_bytes');
    expect((await look('/dev/null')).data).toMatchObject({ kind: 'other' });
  });

  it('throws the error of Node for a missing file', async () => {
    await expect(look(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(look(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await symlink(join(folder, 'missing'), join(folder, 'dangling'));
    await expect(look(join(folder, 'dangling'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('requires the kind of the options', async () => {
    expect((await look(file, { kind: 'file' })).status).toBe('UP');
    expect((await look(folder, { kind: 'directory' })).status).toBe('UP');
    expect(await look(folder, { kind: 'file' })).toMatchObject({ status: 'DOWN', message: 'it is not a file' });
    expect(await look('/dev/null', { kind: 'file' })).toMatchObject({ status: 'DOWN', message: 'it is not a file' });
    expect(await look(file, { kind: 'directory' })).toMatchObject({ status: 'DOWN', message: 'it is not a directory' });
  });

  it('requires every access of the options', async () => {
    await chmod(file, 0o600);
    expect((await look(file, { access: ['read', 'write'] })).status).toBe('UP');
    // Even the superuser cannot execute a file without an execute permission.
    await expect(look(file, { access: ['execute'] })).rejects.toMatchObject({ code: 'EACCES' });
    await expect(look(file, { access: ['read', 'execute', 'write'] })).rejects.toMatchObject({ code: 'EACCES' });
    await chmod(file, 0o700);
    expect((await look(file, { access: ['read', 'execute', 'write'] })).status).toBe('UP');
  });

  it.each([
    [undefined, 4],
    [['read'], 4],
    [['write'], 2],
    [['execute'], 1],
    [['read', 'write'], 6],
    [['write', 'write', 'execute'], 3],
  ] as const)('calls the system once for %j', async (modes, mask) => {
    await look(folder, modes && { access: modes });
    // The permission bits of access(2).
    expect(access).toHaveBeenCalledExactlyOnceWith(folder, mask);
  });

  it('does not change the file', async () => {
    const target = join(folder, 'cache');
    await mkdir(target);
    const before = await stat(target);
    await look(target, { access: ['read', 'write', 'execute'], kind: 'directory' });
    expect(await stat(target)).toMatchObject({ mtimeMs: before.mtimeMs, ctimeMs: before.ctimeMs });
    expect(await readdir(target)).toEqual([]);
  });

  it('calls a hanging file system once', async () => {
    const hanging = latch<never>();
    vi.mocked(stat).mockReturnValueOnce(hanging.promise);
    const indicator = new (FileIndicator('settings', { path: file }))();
    const controller = new AbortController();
    const running = run(indicator, controller.signal);
    await vi.waitFor(() => expect(stat).toHaveBeenCalled());
    controller.abort(new Error('time is over'));
    await expect(running).rejects.toThrow('time is over');
    const waiting = run(indicator);
    expect(stat).toHaveBeenCalledTimes(1);
    hanging.fail(Object.assign(new Error('stale file handle'), { code: 'ESTALE' }));
    await expect(waiting).rejects.toMatchObject({ code: 'ESTALE' });
    expect((await run(indicator)).status).toBe('UP');
  });

  it('is DOWN without its file, and UP with it, end to end', async () => {
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [FileIndicator('settings', { path: file, ttl: 0 })],
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    await rm(file);
    expect((await application.get('/health/deep')).body.details.settings).toMatchObject({
      status: 'DOWN',
      error: 'file not found',
      code: 'ENOENT',
    });
    await writeFile(file, '');
    expect((await application.get('/health/ready')).status).toBe(200);
  });

  it('refuses options out of range', () => {
    const options = { path: '', access: ['append'], kind: 'pipe' };
    expect(faultsOf(FileIndicator('settings', options as unknown as FileIndicatorOptions))).toEqual([
      'FileIndicator("settings"), path: its value is ""; use a text that is not blank',
      'FileIndicator("settings"), access: its value is an array; use a list of at least one element, each "read" or "write" or "execute"',
      'FileIndicator("settings"), kind: its value is "pipe"; use "file" or "directory"',
    ]);
    expect(faultsOf(FileIndicator('settings', {} as FileIndicatorOptions))).toEqual([
      'FileIndicator("settings"), path: it is missing; use a text that is not blank',
    ]);
  });
});
