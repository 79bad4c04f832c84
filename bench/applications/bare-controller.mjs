import { Controller, Get } from '@nestjs/common';
import { decorateMethod } from './by-hand.mjs';
import { listen } from './nest-application.mjs';

/**
 * A controller that returns, from memory, the very bytes that the compared endpoint answers: as a text that is ready
 * to be sent, or as the object, which the adapter turns into JSON for each request.
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
