import type { ReportedSource, ReportedSourceOptions } from '../../../src/core/reported-source.js';
import type { ConfigurationFault } from '../../../src/errors/fault.js';
import type { SourceOptions } from '../../../src/extension/source-options.js';
import type { ConfigurationObserver } from '../../../src/sources/configuration-source.js';
import { HealthSources } from '../../../src/sources/health-sources.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { advance, useFakeClock } from '../../support/fake-clock.js';

/** The part of an application that sources change, without an engine. */
class Target implements SourceOptions {
  readonly indicators = new Set(['tenant']);
  readonly applied: unknown[] = [];
  faults: readonly ConfigurationFault[] = [];
  shown: ReportedSourceOptions | undefined;
  sources: readonly ReportedSource[] = [];
  remove = (_indicator: string): unknown => undefined;

  has(indicator: string): boolean {
    return this.indicators.has(indicator);
  }

  onRemoved(listener: (indicator: string) => unknown): () => void {
    this.remove = (indicator) => {
      this.indicators.delete(indicator);
      return listener(indicator);
    };
    return () => undefined;
  }

  apply(_indicator: string, options: unknown): readonly ConfigurationFault[] {
    if (this.faults.length === 0) this.applied.push(options);
    return this.faults;
  }

  show(...[sources, changed]: Parameters<SourceOptions['show']>): void {
    this.sources = sources;
    for (const [, source] of changed) this.shown = source;
  }
}

async function start() {
  const target = new Target();
  const lines: string[] = [];
  const logger = { log: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  let observer: ConfigurationObserver | undefined;
  const source = {
    name: 'a source',
    watch: (given: ConfigurationObserver) => {
      observer = given;
      given.snapshot([]);
      return () => undefined;
    },
  };
  const settings = { sources: [source], bootTimeout: 100, service: 'orders', instance: 'pod-7' };
  const sources = new HealthSources(settings, target, logger);
  onTestFinished(() => sources.stop());
  await sources.start();
  if (!observer) throw new Error('the source is not watched');
  return { target, lines, observer, sources };
}

const entry = (indicator: string, timeout: number) => ({ indicator, options: JSON.stringify({ timeout }) });

describe('HealthSources', () => {
  useFakeClock();

  it('applies the options again when a removed indicator is registered again with the same name', async () => {
    const { target, observer, sources } = await start();
    observer.put(entry('tenant', 50));
    expect(target.applied).toEqual([{ timeout: 50 }]);

    target.remove('tenant');
    expect(sources.state).toMatchObject([{ options: {} }]);
    await advance(60_000);
    target.indicators.add('tenant');
    await advance(60_000);
    expect(target.applied).toEqual([{ timeout: 50 }, { timeout: 50 }]);
    expect(sources.state).toMatchObject([{ options: { tenant: { timeout: 50 } } }]);

    // Options that the source removes meanwhile are not applied again.
    target.remove('tenant');
    observer.removed({ indicator: 'tenant' });
    target.indicators.add('tenant');
    await advance(60_000);
    expect(target.applied).toHaveLength(2);
    expect(sources.state).toMatchObject([{ unknown: [] }]);
  });

  it('applies the first and the last of a thousand changes in one period', async () => {
    const { target, lines, observer } = await start();
    for (let timeout = 1; timeout <= 1000; timeout += 1) observer.put(entry('tenant', timeout));
    expect(target.applied).toEqual([{ timeout: 1 }]);
    await advance(500);
    expect(target.applied).toEqual([{ timeout: 1 }, { timeout: 1000 }]);
    expect(lines).toHaveLength(2);
    // A change after a quiet period is applied at once.
    await advance(1000);
    observer.put(entry('tenant', 1001));
    expect(target.applied).toHaveLength(3);
  });

  it('applies one change in each period while changes go on, and a removal as the last one', async () => {
    const { target, observer } = await start();
    for (let timeout = 1; timeout <= 1000; timeout += 1) {
      observer.put(entry('tenant', timeout));
      await advance(10);
    }
    observer.removed({ indicator: 'tenant' });
    await advance(500);
    expect(target.applied.length).toBeLessThanOrEqual(22);
    expect(target.applied.at(-1)).toBeUndefined();
    expect(target.shown).toBeUndefined();
  });

  it('logs a flood of names without an indicator in few lines', async () => {
    const { lines, observer, target } = await start();
    for (let index = 0; index < 1000; index += 1) observer.put(entry(`unknown-${index}`, 1));
    await advance(500);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('unknown-1, unknown-2, unknown-3, unknown-4, unknown-5 and 994 more');
    expect(target.sources).toMatchObject([{ unknown: 1000 }]);
    for (let index = 0; index < 1000; index += 1) observer.removed({ indicator: `unknown-${index}` });
    await advance(500);
    expect(target.sources[0]).not.toHaveProperty('unknown');
    expect(lines).toHaveLength(2);
  });

  it('keeps the process alive until the boot timeout while a store is unavailable', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const lines: string[] = [];
    const logger = { log: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const away = { name: 'away', watch: () => () => undefined };
    const settings = { sources: [away], bootTimeout: 100, service: 'orders', instance: 'pod-7' };
    const sources = new HealthSources(settings, new Target(), logger);
    onTestFinished(() => sources.stop());
    const started = sources.start();

    const limits = timers.mock.calls.flatMap(([, delay], call) =>
      delay === 100 ? timers.mock.results[call]?.value : [],
    );
    expect(limits.map((timer: NodeJS.Timeout) => timer.hasRef())).toEqual([true]);
    await advance(100);
    await started;
    expect(lines).toEqual([expect.stringContaining('have not arrived after 100 ms')]);
    timers.mockRestore();
  });

  it('applies refused entries again, and logs them once', async () => {
    const { target, lines, observer, sources } = await start();
    observer.put(entry('tenant', 50));
    const fault = { place: 'options', problem: 'it contradicts an override', remedy: 'end the override' };
    target.faults = [fault];
    observer.put(entry('tenant', 60));
    await advance(60_000);
    expect(lines).toHaveLength(2);
    expect(target.shown).toEqual({
      options: { timeout: 50 },
      refused: ['options: it contradicts an override; end the override'],
    });
    target.faults = [];
    await advance(10_000);
    expect(target.shown).toEqual({ options: { timeout: 60 } });

    // The removal can be refused too.
    target.faults = [fault];
    observer.removed({ indicator: 'tenant' });
    await advance(20_000);
    expect(sources.state).toMatchObject([
      { options: { tenant: { timeout: 60 } }, refused: { tenant: [expect.any(String)] } },
    ]);
    target.faults = [];
    await advance(10_000);
    expect(target.applied.at(-1)).toBeUndefined();
    expect(sources.state).toMatchObject([{ options: {}, refused: {} }]);
    expect(lines).toHaveLength(5);
  });

  it('shows hostile contents of entries in a bounded size', async () => {
    const { target, lines, observer } = await start();
    const names = Array.from({ length: 5000 }, (_unused, index) => `option${index}`);
    target.faults = names.map((place) => ({ place, problem: 'it is unknown', remedy: 'x'.repeat(5000) }));
    observer.put({ indicator: 'tenant', options: JSON.stringify(Object.fromEntries(names.map((name) => [name, 1]))) });
    expect(JSON.stringify([target.shown, target.sources]).length).toBeLessThan(10_000);
    expect(lines[0]?.length).toBeLessThan(1100);
  });

  it('rejects the start if a source cannot be used, and ends the other sources', async () => {
    let isEnded = false;
    const usable = {
      name: 'usable',
      watch: () => () => {
        isEnded = true;
      },
    };
    const unusable = {
      name: 'unusable',
      watch: () => {
        throw new Error('no service');
      },
    };
    const settings = { sources: [usable, unusable], bootTimeout: 100, service: undefined, instance: 'pod-7' };
    const silent = (): void => undefined;
    await expect(new HealthSources(settings, new Target(), { log: silent, warn: silent }).start()).rejects.toThrow(
      'no service',
    );
    expect(isEnded).toBe(true);
  });

  it('ends every source although the end of one throws, and logs the error', async () => {
    const ended: string[] = [];
    const lines: string[] = [];
    const source = (name: string, end: () => void) => ({
      name,
      watch: (observer: ConfigurationObserver) => {
        observer.snapshot([]);
        return end;
      },
    });
    const stuck = source('stuck', () => {
      throw new Error('still busy');
    });
    const sound = source('sound', () => ended.push('sound'));
    const settings = { sources: [stuck, sound], bootTimeout: 100, service: 'orders', instance: 'pod-7' };
    const logger = { log: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const sources = new HealthSources(settings, new Target(), logger);
    await sources.start();

    sources.stop();
    expect(ended).toEqual(['sound']);
    expect(lines).toEqual([
      expect.stringMatching(/^A source of health options could not be stopped: Error: still busy/),
    ]);
  });
});
