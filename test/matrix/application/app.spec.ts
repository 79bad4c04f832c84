import { Test } from '@nestjs/testing';
import { HealthService } from 'nest-vitals';
import { AppModule } from './app.module.js';

// The globals of both Jest and vitest.
declare const test: (name: string, run: () => Promise<void>) => void;
declare const expect: (actual: unknown) => { toMatchObject(expected: object): void };

test('the application reports the status and data of its indicators', async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication({ logger: ['error', 'fatal'] });
  await app.init();
  expect(await app.get(HealthService).report('deep')).toMatchObject({
    status: 'DEGRADED',
    details: { stock: { status: 'UP', data: { lag: 3 } }, closed: { status: 'DOWN' } },
  });
  await app.close();
});
