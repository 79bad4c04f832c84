/** Packages that the application has already. They are not counted. */
const ignore = ['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata'];
/** Node loads these parts only where they are used: the OpenAPI document, and requests of HTTP indicators. */
const onDemand = ['#endpoints-description', '*/http-check.js'];
const forNode = (config) => ({ ...config, platform: 'node' });

/** Minified and bundled, as a serverless function would be. Raise a limit only on purpose. */
export default [
  { name: 'nest-vitals, what each start loads', path: 'dist/index.js', limit: '47.5 kB', ignore: onDemand },
  { name: 'nest-vitals, with what is loaded on demand', path: 'dist/index.js', limit: '51.5 kB' },
  { name: 'nest-vitals/typeorm', path: 'dist/integrations/typeorm/index.js', limit: '8.8 kB', ignore: ['typeorm'] },
].map((check) => ({ ...check, ignore: [...ignore, ...(check.ignore ?? [])], modifyEsbuildConfig: forNode }));
