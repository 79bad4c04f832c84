import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const PACKAGES = [
  '@cloudnative/health-connect',
  '@fastify/under-pressure',
  '@godaddy/terminus',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  '@nestjs/platform-fastify',
  '@nestjs/terminus',
  'autocannon',
  'express',
  'fastify',
  'lightship',
  'reflect-metadata',
  'rxjs',
];

/** The machine and the versions with which the figures were measured. */
export function describeEnvironment() {
  const root = new URL('../', import.meta.url);
  const versionAt = (folder) => JSON.parse(readFileSync(new URL(`${folder}package.json`, root), 'utf8')).version;
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    node: process.version,
    processor: processors[0]?.model.trim(),
    cores: processors.length,
    packages: {
      'nest-vitals': versionAt(''),
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionAt(`node_modules/${name}/`)])),
    },
  };
}
