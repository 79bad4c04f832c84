import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type * as vitals from 'nest-vitals';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const esm: typeof vitals = await import(new URL('../../dist/index.js', import.meta.url).href);
const commonjs: typeof vitals = require('../../dist/index.cjs');

it('the library finds the indicators of another copy of itself and recognises the errors of that copy', async () => {
  expect(esm.HealthModule).not.toBe(commonjs.HealthModule);

  @esm.HealthIndicator('of_one')
  class OneHealth {
    check(): never {
      throw new esm.HealthCheckError('replica is behind');
    }
  }
  @commonjs.HealthIndicator('of_the_other')
  class OtherHealth {
    check(): never {
      throw new commonjs.HealthCheckError('disk is slow');
    }
  }
  @Module({ imports: [commonjs.HealthModule.forRoot()], providers: [OneHealth, OtherHealth] })
  class AppModule {}

  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await module.init();
  const report = await module.get(commonjs.HealthService).report('ready');
  expect(report.details).toMatchObject({
    of_one: { status: 'DOWN', error: 'replica is behind' },
    of_the_other: { status: 'DOWN', error: 'disk is slow' },
  });
  await module.close();
});
