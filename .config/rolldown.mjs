import { defineConfig } from 'rolldown';
import { entries } from './entries.mjs';

/**
 * One file for the core and one for each further entry point, with what they share beside them: an application that
 * starts reads a handful of files, and a class that two entry points use is one class.
 */
const library = {
  input: Object.fromEntries(entries.map(({ source }) => [source, `src/${source}.ts`])),
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // The helpers of decorators go into the bundle; everything else that has a name is the application's own copy.
  external: (id) => !/^[./]|^@oxc-project\/runtime\//.test(id),
};
/** The sources are in the package, once. */
const common = { dir: 'dist', sourcemap: true, sourcemapExcludeSources: true };

export default defineConfig([
  { ...library, output: { ...common, format: 'esm', chunkFileNames: 'shared/[name].js' } },
  {
    ...library,
    output: {
      ...common,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'shared/[name].cjs',
      // Whoever reads this form has no import(), such as Jest without flags.
      dynamicImportInCjs: false,
    },
  },
]);
