import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { REPORT_DEFINITIONS, REPORT_SCHEMA } from '../../src/endpoints/schema/report-schema.js';

it('the package contains the JSON Schema of the sources', () => {
  const require = createRequire(import.meta.url);
  expect(require('nest-vitals/schema.json')).toEqual(REPORT_SCHEMA);
});

it('each example in the JSON Schema is valid by its own schema', () => {
  const ajv = new Ajv2020({ strict: true });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  ajv.addSchema(REPORT_SCHEMA);
  const examples = Object.entries(REPORT_DEFINITIONS).flatMap(([name, { examples: given = [] }]) =>
    given.map((example) => ({ name, example })),
  );
  expect(examples.map(({ name }) => name)).toEqual(['HealthReport', 'HealthReportComponents', 'HealthReportStatus']);
  for (const { name, example } of examples) {
    ajv.validate(`${REPORT_SCHEMA.$id}#/$defs/${name}`, example);
    expect({ name, errors: ajv.errors }).toEqual({ name, errors: null });
  }
});

/** Refuses to load @nestjs/swagger. */
const HOOKS = `export function resolve(specifier, context, next) {
  if (specifier.startsWith('@nestjs/swagger')) throw new Error('swagger was asked for');
  return next(specifier, context);
}`;
const REFUSAL = `import { register } from 'node:module';
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)});`;

const APPLICATION = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
class AppModule {}
Module({ imports: [HealthModule.forRoot()] })(AppModule);
const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const { status } = await fetch((await app.getUrl()) + '/health/live');
await app.close();
console.log(status);`;

it.each([
  ['starts without it', APPLICATION, '200\n', ''],
  ['would be found out', "await import('@nestjs/swagger');", '', 'swagger was asked for'],
])('an application without @nestjs/swagger %s', (_, program, printed, complaint) => {
  const hooks = `data:text/javascript,${encodeURIComponent(REFUSAL)}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', hooks, '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(stdout).toBe(printed);
  expect(stderr).toContain(complaint);
});
