import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveServiceIdentity } from '../../../src/options/module-options/service-identity.js';

describe('resolveServiceIdentity', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'service-identity-'));
    mkdirSync(join(folder, 'application', 'dist'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const manifest = (where: string, content: unknown): void => {
    writeFileSync(join(folder, where, 'package.json'), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const identityIn = (where: string[], variables: NodeJS.ProcessEnv = {}): unknown =>
    resolveServiceIdentity(
      {},
      variables,
      where.map((each) => join(folder, each)),
    );

  it('prefers the options to the environment, and the environment to package.json', () => {
    manifest('application', { name: 'from-file', version: '0.0.1' });
    const variables = { SERVICE_NAME: 'from-environment', SERVICE_VERSION: '0.1.0' };
    const folders = [join(folder, 'application')];
    expect(resolveServiceIdentity({ name: 'given', version: '1.0.0' }, variables, folders)).toStrictEqual({
      name: 'given',
      version: '1.0.0',
    });
    expect(resolveServiceIdentity({ name: 'given' }, variables, folders)).toStrictEqual({
      name: 'given',
      version: '0.1.0',
    });
    expect(resolveServiceIdentity({ name: 'given' }, {}, folders)).toStrictEqual({ name: 'given', version: '0.0.1' });
    expect(resolveServiceIdentity({ version: '1.0.0' }, {}, folders)).toStrictEqual({
      name: 'from-file',
      version: '1.0.0',
    });
  });

  it.each([
    ['name', ['SERVICE_NAME', 'OTEL_SERVICE_NAME']],
    ['version', ['SERVICE_VERSION']],
    ['environment', ['DEPLOYMENT_ENVIRONMENT', 'NODE_ENV']],
    ['commit', ['GIT_COMMIT', 'COMMIT_SHA', 'SOURCE_VERSION', 'GITHUB_SHA']],
  ])('reads the %s from %j, in this order', (field, names) => {
    for (const [index, name] of names.entries()) {
      const variables = Object.fromEntries(names.slice(index).map((each) => [each, `from ${each}`]));
      expect(identityIn([], variables)).toStrictEqual({ [field]: `from ${name}` });
    }
  });

  it('skips variables that are empty', () => {
    expect(identityIn([], { SERVICE_NAME: '', OTEL_SERVICE_NAME: 'orders' })).toStrictEqual({ name: 'orders' });
  });

  it('omits unknown values', () => {
    expect(identityIn([])).toStrictEqual({});
    manifest('application', { name: 'orders' });
    expect(identityIn(['application'])).toStrictEqual({ name: 'orders' });
  });

  it('searches package.json upwards from each folder, in order', () => {
    manifest('application', { name: 'orders', version: '1.4.2' });
    manifest('elsewhere', { name: 'other', version: '9.9.9' });
    expect(identityIn(['application/dist', 'elsewhere'])).toStrictEqual({ name: 'orders', version: '1.4.2' });
    expect(identityIn(['elsewhere', 'application/dist'])).toStrictEqual({ name: 'other', version: '9.9.9' });
  });

  it.each([
    ['without a name', { type: 'module' }],
    ['with a name that is no text', { name: 5, version: '1.0.0' }],
    ['that is no object', '"orders"'],
    ['that is null', 'null'],
    ['that is not JSON', '{'],
  ])('skips a package.json %s', (_what, content) => {
    manifest('application/dist', content);
    manifest('application', { name: 'orders', version: '1.4.2' });
    expect(identityIn(['application/dist'])).toStrictEqual({ name: 'orders', version: '1.4.2' });
  });

  it('omits a version that is not a string', () => {
    manifest('application', { name: 'orders', version: 5 });
    expect(identityIn(['application'])).toStrictEqual({ name: 'orders' });
  });

  it('searches beside the main program if the process was started elsewhere', () => {
    manifest('application', { name: 'orders', version: '1.4.2' });
    vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'elsewhere'));
    const [program] = process.argv.splice(1, 1, join(folder, 'application', 'dist', 'main.js'));
    try {
      expect(resolveServiceIdentity({}, {})).toStrictEqual({ name: 'orders', version: '1.4.2' });
    } finally {
      process.argv.splice(1, 1, program ?? '');
      vi.restoreAllMocks();
    }
  });

  it('searches the folder where the process was started, by default', () => {
    expect(resolveServiceIdentity({ version: '1.0.0' }, {})).toMatchObject({ name: 'nest-vitals' });
  });
});
