/** The import rules of src: what each folder may import, no cycles, no barrel inside. */
const may = (from, ...allowed) => ({
  name: `${from.replace(/\W+/g, '-').replace(/^-|-$/g, '')}-imports`,
  severity: 'error',
  comment: `src/${from} may import: ${allowed.length > 0 ? allowed.join(', ') : 'nothing of src'}`,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...allowed].map((folder) => `^src/${folder}/`) },
});
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '^src/index\\.ts$' }, to: {} },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-barrel-inside',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '/index\\.ts$', pathNot: 'node_modules' },
    },
    {
      name: 'core-knows-no-framework',
      severity: 'error',
      comment: 'The engine knows nothing of Nest, RxJS or HTTP.',
      from: { path: '^src/(core|errors)/' },
      to: { path: 'node_modules|^(node:)?https?2?$' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
    may('errors'),
    may('core', 'errors'),
    may('options', 'core', 'errors'),
    may('discovery', 'core', 'errors', 'options'),
    may('endpoints', 'core', 'errors', 'options', 'observation'),
    may('observation', 'core', 'errors', 'options'),
    may('lifecycle', 'core', 'errors', 'options', 'observation'),
    may('logging', 'core', 'errors', 'options'),
    may('indicators', 'core', 'errors', 'options', 'discovery'),
    may('integrations', 'core', 'errors', 'options', 'discovery', 'observation'),
    {
      name: 'integrations-stand-alone',
      severity: 'error',
      comment: 'An integration imports no other one.',
      from: { path: '^src/integrations/([^/]+)/' },
      to: { path: '^src/integrations/', pathNot: '^src/integrations/$1/' },
    },
    {
      name: 'nothing-imports-integrations',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/integrations/' },
      to: { path: '^src/integrations/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
