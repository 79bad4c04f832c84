import { describe, expect, it } from 'vitest';
import { type ProcessFacts, isDevelopment } from '../../../src/options/development.js';

const NOTHING: ProcessFacts = { isTerminal: false, isContainer: false, ancestors: [] };
const facts = (some: Partial<ProcessFacts>) => (): ProcessFacts => ({ ...NOTHING, ...some });

describe('isDevelopment is true for', () => {
  it.each(['development', 'test'])('NODE_ENV=%s', (environment) => {
    expect(isDevelopment({ NODE_ENV: environment }, facts({ isContainer: true }))).toBe(true);
  });

  it('a terminal outside of a container', () => {
    expect(isDevelopment({}, facts({ isTerminal: true }))).toBe(true);
  });

  it.each([
    'nest start --watch',
    'nest start -w',
    'nest start --debug --watch',
    'node --watch dist/main.js',
    'nodemon',
    'tsx watch src/main.ts',
  ])('a script of a package manager that runs %s', (script) => {
    expect(isDevelopment({ npm_lifecycle_script: script }, facts({ isContainer: true }))).toBe(true);
  });

  it('an ancestor process that is the Nest CLI in watch mode', () => {
    const ancestors = ['sh -c node dist/main', 'node /app/node_modules/.bin/nest start --watch '];
    expect(isDevelopment({}, facts({ isContainer: true, ancestors }))).toBe(true);
  });

  it('a process that node --watch started', () => {
    expect(isDevelopment({ WATCH_REPORT_DEPENDENCIES: '1' }, facts({}))).toBe(true);
  });
});

describe('isDevelopment is false for', () => {
  it('an unset NODE_ENV alone', () => {
    expect(isDevelopment({}, facts({}))).toBe(false);
  });

  it('a terminal in a container, or on Kubernetes', () => {
    expect(isDevelopment({}, facts({ isTerminal: true, isContainer: true }))).toBe(false);
    expect(isDevelopment({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, facts({ isTerminal: true }))).toBe(false);
  });

  it.each(['production', 'staging'])('NODE_ENV=%s, in a terminal and in watch mode', (environment) => {
    const variables = { NODE_ENV: environment, npm_lifecycle_script: 'nest start --watch' };
    expect(isDevelopment(variables, facts({ isTerminal: true }))).toBe(false);
  });

  it.each(['nest start', 'node dist/main', 'nest build --watch'])('a script that runs %s', (script) => {
    expect(isDevelopment({ npm_lifecycle_script: script }, facts({ ancestors: [`node ${script}`] }))).toBe(false);
  });

  it.each(['KUBERNETES_SERVICE_HOST', 'ECS_CONTAINER_METADATA_URI_V4', 'K_SERVICE', 'container'])(
    'a terminal of a container in which %s is set',
    (variable) => {
      expect(isDevelopment({ [variable]: 'x' }, facts({ isTerminal: true }))).toBe(false);
    },
  );
});
