import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Post } from '@nestjs/common';

/** Milliseconds of work, so that requests are always in flight when an instance is stopped. */
const WORK = 20;

/** A list that may be requested twice, and an order that a balancer must not send twice. */
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

/** Applies decorators in plain JavaScript, so that the rehearsal needs no compiler. */
function decorate(method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(OrdersController.prototype, method);
  for (const decorator of decorators) decorator(OrdersController.prototype, method, descriptor);
}
