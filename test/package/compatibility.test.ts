import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
};
/** The rows of tables. A backslash precedes a bar inside a cell. */
const rows = readFileSync(new URL('docs/compatibility.md', root), 'utf8')
  .replaceAll('\\|', '|')
  .split('\n')
  .filter((line) => line.startsWith('|'));

it.each(Object.entries(manifest.peerDependencies))(
  'the compatibility guide names the peer %s with the versions %s',
  (name, range) => {
    expect(rows.filter((row) => row.includes(`\`${name}\``) && row.includes(`\`${range}\``))).toHaveLength(1);
  },
);

it('the compatibility guide names the versions of Node', () => {
  expect(rows.filter((row) => row.includes(`\`${manifest.engines.node}\``))).toHaveLength(1);
});

it('the compatibility guide names only existing subpaths', () => {
  const named = rows.flatMap((row) => [...row.matchAll(/`nest-vitals(\/[\w./-]+)`/g)].map(([, path]) => `.${path}`));
  expect(named.length).toBeGreaterThan(15);
  expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining(named));
});
