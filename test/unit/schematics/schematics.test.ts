import { describe, expect, it } from 'vitest';
import { indicator, nestAdd } from '../../../src/schematics/index.js';
import { MemoryTree } from '../../support/memory-tree.js';

const MODULE = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [],
})
export class AppModule {}
`;
const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
const app = await NestFactory.create(AppModule);
`;

const commonjs = (files: Readonly<Record<string, string>> = {}): MemoryTree =>
  new MemoryTree({ 'package.json': '{}', 'src/main.ts': MAIN, 'src/app.module.ts': MODULE, ...files });
const esm = (): MemoryTree => commonjs({ 'package.json': '{ "type": "module" }' });

describe('nest add', () => {
  it('adds the module and generates a first indicator', () => {
    const tree = commonjs();
    nestAdd({ sourceRoot: 'src' })(tree, tree.context);
    expect(tree.files['src/app.module.ts']).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { HealthModule } from 'nest-vitals';
import { AppHealth } from './health/app.health';

@Module({
  imports: [HealthModule.forRoot()],
  controllers: [AppController],
  providers: [AppHealth],
})
export class AppModule {}
`);
    expect(Object.keys(tree.files).slice(3)).toEqual(['src/health/app.health.ts', 'src/health/app.health.spec.ts']);
    expect(tree.messages).toEqual([expect.stringContaining('/health/ready responds with 503 until')]);
  });

  it('enables the shutdown hooks in main.ts, after the application is created', () => {
    const tree = commonjs();
    nestAdd()(tree, tree.context);
    expect(tree.files['src/main.ts']).toBe(`${MAIN}app.enableShutdownHooks();\n`);
  });

  it('explains the missing line when main.ts cannot be edited, and still adds the module', () => {
    const tree = commonjs({ 'src/main.ts': MAIN.replace('const app = await', 'export const app =') });
    const before = tree.files['src/main.ts'];
    nestAdd()(tree, tree.context);
    expect(tree.files['src/main.ts']).toBe(before);
    expect(tree.messages).toContainEqual(
      expect.stringContaining('Call app.enableShutdownHooks() in src/main.ts, after the application is created.'),
    );
    expect(tree.files['src/app.module.ts']).toContain('HealthModule.forRoot()');
  });

  it('adds --no-shell to the watch script', () => {
    const manifest = `{\n  "scripts": {\n    "start:dev": "nest start --watch"\n  }\n}\n`;
    const tree = commonjs({ 'package.json': manifest });
    nestAdd()(tree, tree.context);
    expect(tree.files['package.json']).toBe(manifest.replace('nest start', 'nest start --no-shell'));
    expect(tree.messages).toContainEqual(expect.stringMatching(/^start:dev: added --no-shell to nest start/));
  });

  it('changes nothing the second time', () => {
    const tree = esm();
    nestAdd()(tree, tree.context);
    const { ...before } = tree.files;
    nestAdd()(tree, tree.context);
    expect(tree.files).toEqual(before);
    expect(tree.messages.at(-1)).toBe(
      'src/app.module.ts imports HealthModule of nest-vitals already. Nothing was changed.',
    );
  });

  it('imports its module as VitalsModule beside a HealthModule of the application', () => {
    const own = MODULE.replace('\n@', "import { HealthModule } from './health.module';\n\n@");
    const tree = commonjs({ 'src/app.module.ts': own.replace('imports: []', 'imports: [HealthModule]') });
    nestAdd()(tree, tree.context);
    expect(tree.files['src/app.module.ts']).toContain("import { HealthModule as VitalsModule } from 'nest-vitals';");
    expect(tree.files['src/app.module.ts']).toContain('imports: [HealthModule, VitalsModule.forRoot()]');
  });

  it('finds the root module of a project in its main.ts, or by the option module', () => {
    const main = MAIN.replaceAll('AppModule', 'ShopModule').replace('./app.module', './shop/shop.module.js');
    const shop = { 'apps/shop/src/main.ts': main, 'apps/shop/src/shop/shop.module.ts': MODULE };
    const byMain = commonjs(shop);
    nestAdd({ sourceRoot: 'apps/shop/src', indicator: 'stock', spec: false })(byMain, byMain.context);
    expect(byMain.files['apps/shop/src/shop/shop.module.ts']).toContain('HealthModule.forRoot()');
    expect(byMain.files['src/app.module.ts']).toBe(MODULE);
    expect(Object.keys(byMain.files).slice(5)).toEqual(['apps/shop/src/health/stock.health.ts']);

    const byOption = commonjs({ 'src/core/core.module.ts': MODULE });
    nestAdd({ module: 'core/core.module.ts' })(byOption, byOption.context);
    expect(byOption.files['src/core/core.module.ts']).toContain('HealthModule.forRoot()');
  });

  it.each([
    ['is missing', { 'src/main.ts': '', 'src/app.module.ts': undefined }, 'No root module was found in src.'],
    [
      'has another form',
      { 'src/app.module.ts': MODULE.replace('imports: []', 'imports: all') },
      'The module in src/app.module.ts has a form that cannot be edited safely. Nothing was changed.',
    ],
  ])('explains what to write when the root module %s', (_, files, message) => {
    const tree = commonjs();
    for (const [path, text] of Object.entries(files)) {
      if (text === undefined) delete tree.files[path];
      else tree.files[path] = text;
    }
    const { ...before } = tree.files;
    expect(() => nestAdd()(tree, tree.context)).toThrow(message);
    expect(() => nestAdd()(tree, tree.context)).toThrow("import { HealthModule } from 'nest-vitals'");
    expect(tree.files).toEqual(before);
  });
});

describe('nest generate indicator', () => {
  it('generates the indicator and its test, and adds it to the providers of the nearest module', () => {
    const tree = esm();
    tree.files['src/billing/billing.module.ts'] = MODULE;
    indicator({ name: 'billing/PaymentsAPI', sourceRoot: 'src' })(tree, tree.context);
    expect(tree.files['src/billing/payments-api/payments-api.health.ts']).toContain(
      "@HealthIndicator('payments_api')\nexport class PaymentsApiHealth implements HealthIndicator {",
    );
    expect(tree.files['src/billing/payments-api/payments-api.health.spec.ts']).toContain(
      "import { PaymentsApiHealth } from './payments-api.health.js';",
    );
    expect(tree.files['src/billing/billing.module.ts']).toContain(
      "import { PaymentsApiHealth } from './payments-api/payments-api.health.js';",
    );
    expect(tree.files['src/billing/billing.module.ts']).toContain('providers: [PaymentsApiHealth]');
    expect(tree.files['src/app.module.ts']).toBe(MODULE);
  });

  it.each([
    [{ flat: true }, ['src/database.health.ts', 'src/database.health.spec.ts']],
    [
      { path: 'infra/db' },
      ['src/infra/db/database/database.health.ts', 'src/infra/db/database/database.health.spec.ts'],
    ],
    [{ flat: true, spec: false }, ['src/database.health.ts']],
    [{ flat: true, specFileSuffix: 'test' }, ['src/database.health.ts', 'src/database.health.test.ts']],
    [
      { sourceRoot: 'apps/shop/src' },
      ['apps/shop/src/database/database.health.ts', 'apps/shop/src/database/database.health.spec.ts'],
    ],
  ])('writes the files to the folder that %o selects', (options, files) => {
    const tree = commonjs();
    indicator({ name: 'database', ...options })(tree, tree.context);
    expect(Object.keys(tree.files).slice(3)).toEqual(files);
  });

  it('explains the missing provider when no module is found, and changes no module with skipImport', () => {
    const tree = commonjs();
    indicator({ name: 'database', sourceRoot: 'libs/data/src' })(tree, tree.context);
    expect(tree.messages).toEqual([
      'No module was found in the folder of libs/data/src/database/database.health.ts or above it. Add DatabaseHealth to the providers of a module.',
    ]);
    indicator({ name: 'cache', skipImport: true })(tree, tree.context);
    expect(tree.files['src/app.module.ts']).toBe(MODULE);
  });

  it.each([
    ['2fa', 'An indicator cannot be named "2fa"'],
    ['', 'An indicator cannot be named ""'],
    ['a'.repeat(65), 'up to 64 letters'],
    [
      'ready',
      'An indicator cannot be named "ready": the name "ready" is reserved; choose another name. Nothing was changed.',
    ],
    ['Status-Code', 'the name "status_code" is reserved'],
    ['constructor', 'the name "constructor" is reserved'],
    ['database', 'src/database/database.health.spec.ts exists already. Nothing was changed.'],
  ])('refuses %s', (name, message) => {
    const tree = commonjs({ 'src/database/database.health.spec.ts': '' });
    const { ...before } = tree.files;
    expect(() => indicator({ name })(tree, tree.context)).toThrow(message);
    expect(tree.files).toEqual(before);
  });

  it('refuses JavaScript, and a module that cannot be edited safely', () => {
    const tree = commonjs({ 'src/app.module.ts': MODULE.replace('providers: []', 'providers') });
    expect(() => indicator({ name: 'database', language: 'js' })(tree, tree.context)).toThrow(
      'generates only TypeScript, but "language" is "js"',
    );
    expect(() => indicator({ name: 'database' })(tree, tree.context)).toThrow(
      "--skip-import, then add: import { DatabaseHealth } from './database/database.health'",
    );
  });
});
