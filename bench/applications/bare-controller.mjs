import { Controller, Get } from '@nestjs/common';
import { decorateMethod } from './by-hand.mjs';
import { listen } from './nest-application.mjs';

/**
 * A controller that returns the same bytes as the compared endpoint from memory: as a text, or as an object that the
 * adapter serialises for each request.
 */
export function startBareController({ adapter, form }, body) {
  const answer = form === 'object' ? JSON.parse(body) : body;
  class BareController {
    answer() {
      return answer;
    }
  }
  Controller()(BareController);
  decorateMethod(BareController, 'answer', Get('answer'));

  return listen({ controllers: [BareController] }, adapter);
}
