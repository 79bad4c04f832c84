import { describe, expect, it } from 'vitest';
import { watchWithoutShell } from '../../../src/schematics/watch-scripts.js';

describe('the watch scripts of package.json', () => {
  it.each([
    ['nest start --watch', 'nest start --no-shell --watch'],
    ['nest start -w', 'nest start --no-shell -w'],
    ['nest start shop --debug --watch -- --verbose', 'nest start --no-shell shop --debug --watch -- --verbose'],
    [
      'NODE_ENV=development nest start --watch && echo done',
      'NODE_ENV=development nest start --no-shell --watch && echo done',
    ],
  ])('are changed from %s to %s', (before, after) => {
    const manifest = (command: string): string =>
      `{\n\t"name": "start:dev",\n\t"scripts": { "start:dev": "${command}" }\n}`;
    expect(watchWithoutShell(manifest(before))).toEqual({ text: manifest(after), scripts: ['start:dev'] });
    expect(watchWithoutShell(manifest(after)).scripts).toEqual([]);
  });

  it.each([
    '{ "scripts": { "start": "nest start" } }',
    '{ "scripts": { "start": "nest start --shell --watch" } }',
    '{ "scripts": { "start": "nest start && tsc --watch" } }',
    '{ "scripts": { "start": "nest build --watch" } }',
    '{ "scripts": ["nest start --watch"], "x": 1',
    '{ "scripts": null }',
    '',
  ])('are not changed for %s', (manifest) => {
    expect(watchWithoutShell(manifest)).toEqual({ text: manifest, scripts: [] });
  });
});
