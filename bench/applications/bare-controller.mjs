import { Controller, Get } from '@nestjs/common';
import { decorateMethod } from './by-hand.mjs';
import { listen } from './nest-application.mjs';

/**
 * A controller that returns the same bytes as the compared endpoint from memory: as a text, or as an object that the
 * adapter serialises for each request.
 */
export function startBareController({ adapter, form }, body) {
  const response = form === 'object' ? JSON.parse(body) : body;
  class BareController {
    respond() {
      return response;
    }
  }
  Controller()(BareController);
  decorateMethod(BareController, 'respond', Get('answer'));

  return listen({ controllers: [BareController] }, adapter);
}
