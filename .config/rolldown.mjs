import { readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const integrations = readdirSync('src/integrations').map((name) => [
  `integrations/${name}/index`,
  `src/integrations/${name}/index.ts`,
]);

/**
 * One file for the core and one for each integration, with what they share beside them: an application that starts reads
 * a handful of files, and a class that two entry points use is one class.
 */
export default defineConfig({
  input: { index: 'src/index.ts', 'alerts/index': 'src/alerts/index.ts', ...Object.fromEntries(integrations) },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // The helpers of decorators go into the bundle; everything else that has a name is the application's own copy.
  external: (id) => !/^[./]|^@oxc-project\/runtime\//.test(id),
  output: { dir: 'dist', format: 'esm', sourcemap: true, chunkFileNames: 'shared/[name].js' },
});
