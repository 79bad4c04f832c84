/** Measures the boot of one application context, with or without the module. */
import { Injectable } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, HealthService, up } from 'nest-vitals';
import { createClass, createModule } from '../applications/by-hand.mjs';
import { indicatorNames } from '../applications/indicator-names.mjs';

const MODULES = 20;
const PROVIDERS = 1000;
const INDICATORS = 100;

const isWithModule = process.argv.includes('with');
let discovering = 0;

/** Measures the discovery, in which the module finds, checks and adds the indicators: the hook of a separate module. */
function timeDiscovery(modules) {
  const discovery = [...modules.values()].find(({ metatype }) => metatype.name === 'HealthDiscoveryModule')?.metatype;
  if (!discovery) throw new Error('The module whose hook does the discovery was not found');
  const hook = Object.getOwnPropertyDescriptor(discovery.prototype, 'onModuleInit').value;
  discovery.prototype.onModuleInit = function onModuleInit() {
    const started = performance.now();
    hook.call(this);
    discovering = performance.now() - started;
  };
}

function createProvider() {
  const provider = createClass();
  Injectable()(provider);
  return provider;
}

function createIndicator(name) {
  class Indicator {
    async check() {
      return up();
    }
  }
  HealthIndicator(name)(Indicator);
  return Indicator;
}

const providers = [
  ...Array.from({ length: PROVIDERS }, createProvider),
  ...indicatorNames(INDICATORS).map(createIndicator),
];
const features = Array.from({ length: MODULES }, (_, index) =>
  createModule({ providers: providers.filter((_provider, position) => position % MODULES === index) }),
);
const root = createModule({
  imports: isWithModule ? [...features, HealthModule.forRoot()] : features,
  providers: isWithModule ? [{ provide: timeDiscovery, useFactory: timeDiscovery, inject: [ModulesContainer] }] : [],
});

const began = performance.now();
const context = await NestFactory.createApplicationContext(root, { logger: ['error'] });
const took = performance.now() - began;

if (isWithModule) {
  const { details } = await context.get(HealthService).report('ready');
  const found = Object.keys(details).length;
  if (found !== INDICATORS) throw new Error(`${found} indicators were found instead of ${INDICATORS}`);
}
await context.close();
process.send({ took, discovering });
process.on('disconnect', () => process.exit());
