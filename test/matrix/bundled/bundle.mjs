/**
 * Bundles and minifies a compiled application: `node bundle.mjs <bundler> <entry> <folder> <kept|shortened>`. The last
 * argument says what happens to the names of classes.
 */
const [, , bundler, entry, folder, names] = process.argv;
const keep = names === 'kept';
/** Packages that Nest loads only where they are installed, and typeorm, which is not installed here. */
const ABSENT = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-fastify',
  '@fastify/static',
  'class-transformer',
  'class-validator',
  'typeorm',
];
const isAbsent = (request) => ABSENT.some((name) => request === name || request.startsWith(`${name}/`));

async function withEsbuild({ build }, options) {
  await build({
    entryPoints: [entry],
    outfile: `${folder}/main.cjs`,
    bundle: true,
    minify: true,
    keepNames: keep,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    external: ABSENT.flatMap((name) => [name, `${name}/*`]),
    ...options,
  });
}

async function withWebpack(webpack, minimizer, furtherExternals = []) {
  const { default: path } = await import('node:path');
  await new Promise((resolve, reject) => {
    webpack(
      {
        mode: 'production',
        target: 'node20',
        entry: `./${entry}`,
        performance: { hints: false },
        output: { path: path.resolve(folder), filename: 'main.cjs' },
        optimization: { minimizer: [minimizer] },
        externals: [
          ({ request }, done) =>
            isAbsent(request) || furtherExternals.includes(request) ? done(null, `commonjs ${request}`) : done(),
        ],
      },
      (error, stats) => {
        if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString('errors-only')));
        else resolve();
      },
    );
  });
}

const terser = { keep_classnames: keep, keep_fnames: keep };
const load = (name) => import(name);

if (bundler === 'esbuild') await withEsbuild(await load('esbuild'));
// Own conditions replace the condition `module`, which esbuild sets otherwise.
if (bundler === 'esbuild-with-conditions') await withEsbuild(await load('esbuild'), { conditions: ['own'] });
if (bundler === 'webpack') {
  const [{ default: webpack }, { default: Minimizer }] = [await load('webpack'), await load('terser-webpack-plugin')];
  await withWebpack(webpack, new Minimizer({ extractComments: false, terserOptions: terser }));
}
if (bundler === 'rspack') {
  const { rspack, SwcJsMinimizerRspackPlugin } = await load('@rspack/core');
  const minimizer = new SwcJsMinimizerRspackPlugin({ minimizerOptions: { compress: terser, mangle: terser } });
  // A dependency of Nest, which rspack cannot resolve from CommonJS.
  await withWebpack(rspack, minimizer, ['file-type']);
}
if (bundler === 'ncc') {
  const { default: ncc } = await load('@vercel/ncc');
  const { code, assets } = await ncc(`${process.cwd()}/${entry}`, {
    minify: true,
    quiet: true,
    externals: ABSENT,
  });
  const { mkdir, writeFile } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/main.cjs`, code);
  for (const [name, { source }] of Object.entries(assets)) await writeFile(`${folder}/${name}`, source);
}
