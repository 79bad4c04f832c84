/** Packages that the application has already. They are not counted. */
const ignore = ['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata'];
const forNode = (config) => ({ ...config, platform: 'node' });

/** Minified and bundled, as a serverless function would be. Raise a limit only on purpose. */
export default [
  // With the description of the endpoints for an OpenAPI document, which Node loads only when it is needed.
  { name: 'nest-vitals', path: 'dist/index.js', limit: '60 kB' },
  { name: 'nest-vitals/typeorm', path: 'dist/integrations/typeorm/index.js', limit: '9.5 kB', ignore: ['typeorm'] },
].map((check) => ({ ...check, ignore: [...ignore, ...(check.ignore ?? [])], modifyEsbuildConfig: forNode }));
