import { describe, expect, it } from 'vitest';
import { enableShutdownHooks } from '../../../src/schematics/main-source.js';

describe('the shutdown hooks in main.ts', () => {
  it.each([
    [
      'in a function, with options',
      "async function bootstrap() {\n  const app = await NestFactory.create(AppModule, {\n    logger: ['error'],\n  });\n  await app.listen(3000);\n}\n",
      '  });\n  app.enableShutdownHooks();\n  await app.listen(3000);',
    ],
    [
      'with a type, without semicolons, with Windows line ends',
      'const server = await NestFactory.create<NestExpressApplication>(AppModule)\r\nawait server.listen(3000)\r\n',
      'create<NestExpressApplication>(AppModule)\r\nserver.enableShutdownHooks()\r\nawait server.listen',
    ],
    [
      'with a comment behind it',
      'const app: INestApplication = await NestFactory.create(AppModule); // a comment\nawait app.listen(3000);\n',
      '// a comment\napp.enableShutdownHooks();\nawait',
    ],
    [
      'although a comment mentions them',
      '// app.enableShutdownHooks()\nconst app = await NestFactory.create(AppModule);\n',
      'create(AppModule);\napp.enableShutdownHooks();\n',
    ],
  ])('are added %s', (_, text, expected) => {
    const source = enableShutdownHooks(text);
    expect(source).toMatchObject({ kind: 'edited', text: expect.stringContaining(expected) as string });
    expect(enableShutdownHooks(source.kind === 'edited' ? source.text : '')).toEqual({ kind: 'enabled' });
  });

  it.each([
    ['nothing is created', ''],
    [
      'two applications are created',
      'const a = await NestFactory.create(A);\nconst b = await NestFactory.create(B);\n',
    ],
    ['the call goes on', 'const app = (await NestFactory.create(A)).setGlobalPrefix("api");\n'],
    ['a second statement follows on the line', 'const app = await NestFactory.create(A); await app.listen(1);\n'],
  ])('are not edited where %s', (_, text) => {
    expect(enableShutdownHooks(text)).toEqual({ kind: 'unclear' });
  });
});
