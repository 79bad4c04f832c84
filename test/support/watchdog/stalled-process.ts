import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import ts from 'typescript';
import { vi } from 'vitest';
import type { Stall, WatchdogSettings } from '../../../src/management/watchdog/stall.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** The TypeScript source of the blocking functions. */
export const SOURCE = join(HERE, 'sources/blocking.ts');

/** Loads TypeScript as JavaScript that exists in no file. */
export const LOADER = join(HERE, 'loader/register.mjs');

export interface WatchdogEvent {
  readonly event: 'ready' | 'log' | 'stall' | 'end' | 'returned' | 'finished';
  readonly line?: string;
  readonly stall?: Stall;
  /** The return value of `current()` at that moment. */
  readonly current?: Stall;
  readonly result?: unknown;
  readonly memory?: number;
  readonly isInspectorLoaded?: boolean;
}

/** Line of the source that contains the text. */
export function lineOf(text: string): number {
  return (
    readFileSync(SOURCE, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

export type MapKind = 'none' | 'file' | 'inline';

/** The application in a folder of its own: the watchdog in a worker thread, and the blocking functions. */
export async function buildApplication(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const bundle = await rolldown({
    input: Object.fromEntries(
      ['main', 'worker', 'captures'].map((name) => [name, join(HERE, `application/${name}.ts`)]),
    ),
    platform: 'node',
  });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
  for (const kind of ['none', 'file', 'inline'] as const) compile(folder, kind);
  return folder;
}

export function removeApplication(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function compile(folder: string, kind: MapKind): void {
  const { outputText, sourceMapText } = ts.transpileModule(readFileSync(SOURCE, 'utf8'), {
    fileName: SOURCE,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      sourceMap: kind === 'file',
      inlineSourceMap: kind === 'inline',
    },
  });
  // The compiler omits lines, so the positions differ from those of the source.
  const name = `blocking-${kind}.js`;
  const asSource = (map: string): string => map.replace('"blocking.ts"', JSON.stringify(SOURCE));
  const text = outputText.replace(/(?<=base64,).*/, (map) =>
    Buffer.from(asSource(Buffer.from(map, 'base64').toString())).toString('base64'),
  );
  writeFileSync(join(folder, name), text.replace('blocking.js.map', `${name}.map`));
  if (sourceMapText) writeFileSync(join(folder, `${name}.map`), asSource(sourceMapText));
}

export interface StalledProcessOptions {
  readonly folder: string;
  /** Name of the function that blocks. */
  readonly name: string;
  readonly settings?: Partial<WatchdogSettings>;
  readonly map?: MapKind;
  /** Instead of a compiled file. */
  readonly file?: string;
  readonly nodeOptions?: readonly string[];
  readonly times?: number;
}

/** A process whose main thread blocks while the watchdog runs. */
export class StalledProcess {
  readonly events: WatchdogEvent[] = [];
  readonly child: ChildProcess;
  stderr = '';
  #rest = '';

  constructor({ folder, name, settings, map = 'none', file, nodeOptions = [], times = 1 }: StalledProcessOptions) {
    const options: WatchdogSettings = { warnAfter: 500, liveAfter: false, stack: true, log: 'text', ...settings };
    const task = { file: file ?? join(folder, `blocking-${map}.js`), name, options, times };
    this.child = spawn(process.execPath, [...nodeOptions, join(folder, 'main.js'), JSON.stringify(task)], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.child.stdout?.on('data', (bytes: Buffer) => this.#read(String(bytes)));
    this.child.stderr?.on('data', (bytes: Buffer) => void (this.stderr += String(bytes)));
  }

  of(event: WatchdogEvent['event']): WatchdogEvent[] {
    return this.events.filter((known) => known.event === event);
  }

  /** Waits until the event has been written so many times. */
  async until(event: WatchdogEvent['event'], times = 1): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.of(event).length >= times) return;
        throw new Error(`waiting for "${event}" of the process: ${JSON.stringify(this.events)} ${this.stderr}`);
      },
      { timeout: 60_000, interval: 20 },
    );
  }

  /** Waits until the process has ended by itself, and returns its exit code. */
  async finished(): Promise<number | null> {
    await this.until('finished');
    await vi.waitFor(
      () => {
        if (this.child.exitCode === null) throw new Error(`the process does not exit: ${this.stderr}`);
      },
      { timeout: 20_000, interval: 20 },
    );
    return this.child.exitCode;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.events.push(...lines.map((line) => JSON.parse(line) as WatchdogEvent));
  }
}
