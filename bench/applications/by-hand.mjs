/** Applies decorators in the way of compiled TypeScript, because the benchmark runs without a compiler. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';

export function createModule(metadata) {
  const module = createClass();
  Module(metadata)(module);
  return module;
}

/** An empty class. */
export function createClass() {
  return function Empty() {};
}

export function decorateMethod(controller, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method);
  for (const decorate of decorators) decorate(controller.prototype, method, descriptor);
}
