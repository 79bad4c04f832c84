import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Post } from '@nestjs/common';

/** Milliseconds of work, so that there is always something in flight when an instance is told to end. */
const WORK = 20;

/** What is served: a question, and an order, which a balancer must not send twice. */
export class OrdersController {
  async list() {
    await pause(WORK);
    return [{ id: 1, status: 'placed' }];
  }

  async place() {
    await pause(WORK);
    return { id: 2, status: 'placed' };
  }
}
Controller('orders')(OrdersController);
decorate('list', Get());
decorate('place', Post());

/** Decorators are applied by hand, so that the demonstration needs no compiler. */
function decorate(method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(OrdersController.prototype, method);
  for (const decorator of decorators) decorator(OrdersController.prototype, method, descriptor);
}
