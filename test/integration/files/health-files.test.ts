import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModuleMetadata } from '@nestjs/common';
import {
  type ConfigurationFault,
  HealthModule,
  type HealthModuleOptions,
  OnDrain,
  down,
  isHealthConfigurationError,
  up,
} from 'nest-vitals';
import { HealthFilesModule, type HealthFilesOptions } from 'nest-vitals/files';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { staleReason } from '../../../src/cli/file-check.js';
import { latch } from '../../support/latch.js';
import { ADAPTERS, createApplication, startApplication } from '../../support/start-application.js';
import { switchedIndicator } from '../../support/switched-indicator.js';

const SOON = { timeout: 20_000, interval: 10 };
const AT_ONCE: HealthModuleOptions = { shutdown: { delay: 0 }, defaults: { ttl: 0 } };

let directory: string;
beforeEach(({ onTestFinished }) => {
  directory = mkdtempSync(join(tmpdir(), 'nest-vitals-files-'));
  // These hooks run in reverse order: the application, which writes files, is closed first.
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

const root = (files: Partial<HealthFilesOptions> = {}): ModuleMetadata => ({
  imports: [HealthModule.forRoot(AT_ONCE), HealthFilesModule.forRoot({ directory, every: 100, ...files })],
});
const shown = (): string[] => readdirSync(directory).filter((name) => !name.endsWith('.tmp'));

describe.each(ADAPTERS)('the health files of an application on %s', (adapter) => {
  it('exist while their probes pass', async () => {
    const database = switchedIndicator('database');
    await startApplication(adapter, { ...root(), providers: [database.provider] });
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    await expect
      .poll(() => readFileSync(join(directory, 'ready'), 'utf8'), SOON)
      .toMatch(/^UP \d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
    database.result = down('refused');
    await expect.poll(shown, SOON).toEqual(['live']);
    database.result = up();
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
  });

  it('are touched regularly, so that the command-line tool finds them recent', async () => {
    await startApplication(adapter, root());
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    const path = join(directory, 'live');
    utimesSync(path, 1, 1);
    await vi.waitFor(async () => expect(await staleReason(path, 20_000)).toBeUndefined(), SOON);
  });

  it('are removed by the drain: ready at its beginning, live at its end', async () => {
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const { app } = await startApplication(adapter, { ...root(), providers: [Worker] });
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    const closed = app.close();
    await hook.began.promise;
    await expect.poll(shown, SOON).toEqual(['live']);
    const { mtimeMs } = statSync(join(directory, 'live'));
    await vi.waitFor(() => expect(statSync(join(directory, 'live')).mtimeMs).toBeGreaterThan(mtimeMs), SOON);
    expect(shown()).toEqual(['live']);
    hook.goOn.open();
    await closed;
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('the health files', () => {
  it('are removed at the start if a crashed process left them, and other files are kept', async () => {
    for (const name of ['live', 'ready', 'ready.123.tmp', 'ready.txt', 'notes'])
      writeFileSync(join(directory, name), '');
    const application = await createApplication('express', root());
    const starting = latch();
    void application.health.delayReadiness('catalogue', starting.promise);
    await application.listen();
    await expect.poll(shown, SOON).toEqual(['live', 'notes', 'ready.txt']);
    expect(readdirSync(directory)).not.toContain('ready.123.tmp');
    starting.open();
    await expect.poll(shown, SOON).toEqual(['live', 'notes', 'ready', 'ready.txt']);
  });

  it('follow refused traffic', async () => {
    const { health } = await startApplication('express', root({ every: 3_600_000 }));
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    const accept = health.refuseTraffic('maintenance');
    await expect.poll(shown, SOON).toEqual(['live']);
    accept();
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
  });

  it('can have other names', async () => {
    await startApplication('express', root({ live: 'orders.live', ready: 'orders.ready' }));
    await expect.poll(shown, SOON).toEqual(['orders.live', 'orders.ready']);
  });

  it('are not written with enabled: false', async () => {
    const application = await startApplication('express', root({ enabled: false, directory: '/nonexistent' }));
    await application.app.close();
    expect(existsSync('/nonexistent')).toBe(false);
  });

  it('can be checked with the find of a shell', async () => {
    await startApplication('express', root());
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    const command = (name: string): string => `test -n "$(find ${directory}/${name} -mmin -1 2>/dev/null)"`;
    const passes = (name: string): boolean => {
      try {
        execFileSync('sh', ['-c', command(name)]);
        return true;
      } catch {
        return false;
      }
    };
    expect([passes('ready'), passes('missing')]).toEqual([true, false]);
    writeFileSync(join(directory, 'old'), '');
    utimesSync(join(directory, 'old'), Date.now() / 1000 - 90, Date.now() / 1000 - 90);
    expect(passes('old')).toBe(false);
  });

  it('are reported once in the log when they cannot be written, and written again later', async () => {
    const { log } = await startApplication('express', root());
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
    rmSync(directory, { recursive: true });
    await vi.waitFor(() => expect(log.health('error').join('\n')).toContain('A health file cannot be written'), SOON);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(log.health('error')).toHaveLength(1);
    execFileSync('mkdir', [directory]);
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
  });
});

describe('a faulty configuration of the health files', () => {
  it.each([
    [{ directory: undefined }, 'HealthFilesModule.forRoot(), directory', 'it is missing'],
    [{ directory: '/nonexistent' }, 'HealthFilesModule.forRoot(), directory', '/nonexistent does not exist'],
    [{ directory: '/dev/null' }, 'HealthFilesModule.forRoot(), directory', '/dev/null is not a folder'],
    [
      { directory: '/proc' },
      'HealthFilesModule.forRoot(), directory',
      expect.stringMatching(/^\/proc is not writable/),
    ],
    [{ live: 'a/b' }, 'HealthFilesModule.forRoot(), live', 'its value is "a/b"'],
    [{ live: '..' }, 'HealthFilesModule.forRoot(), live', 'its value is ".."'],
    [{ live: 'ready' }, 'HealthFilesModule.forRoot(), live and ready', 'both files have the name "ready"'],
    [{ every: 5 }, 'HealthFilesModule.forRoot(), every', 'its value is 5'],
    [{ enabled: 1 }, 'HealthFilesModule.forRoot(), enabled', 'its value is 1'],
    [{ folder: '/tmp' }, 'HealthFilesModule.forRoot()', 'there is no option "folder"'],
  ])('%j is a fault', async (options, place, problem) => {
    const given = options as Partial<HealthFilesOptions>;
    expect(await faultsOf(root(given))).toMatchObject([{ place, problem }]);
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder without permission', async () => {
    chmodSync(directory, 0o500);
    expect(await faultsOf(root())).toMatchObject([{ problem: `${directory} is not writable (EACCES)` }]);
  });

  it('reports a missing HealthModule, and an import without forRoot()', async () => {
    expect(await faultsOf({ imports: [HealthFilesModule.forRoot({ directory })] })).toMatchObject([
      { problem: 'HealthModule is not imported, so this module has nothing to write' },
    ]);
    expect(await faultsOf({ imports: [HealthModule.forRoot(), HealthFilesModule] })).toMatchObject([
      { place: 'HealthFilesModule', problem: 'it is imported without forRoot()' },
    ]);
  });

  it('accepts options from a factory', async () => {
    await startApplication('express', {
      imports: [HealthModule.forRoot(AT_ONCE), HealthFilesModule.forRootAsync({ useFactory: () => ({ directory }) })],
    });
    await expect.poll(shown, SOON).toEqual(['live', 'ready']);
  });
});

async function faultsOf(faulty: ModuleMetadata): Promise<readonly ConfigurationFault[]> {
  const refusal: unknown = await startApplication('express', faulty).catch((error: unknown) => error);
  if (isHealthConfigurationError(refusal)) return refusal.faults;
  throw new Error('the application has started', { cause: refusal });
}
