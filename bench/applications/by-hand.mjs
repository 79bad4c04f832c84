/** What a compiler makes of decorators, done by hand: the benchmark runs as it is written. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';

export function createModule(metadata) {
  const module = createClass();
  Module(metadata)(module);
  return module;
}

/** A class that does nothing. */
export function createClass() {
  return function Empty() {};
}

export function decorateMethod(controller, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method);
  for (const decorate of decorators) decorate(controller.prototype, method, descriptor);
}
