import { Controller, Get, Header } from '@nestjs/common';
import { decorateMethod } from './by-hand.mjs';
import { listen } from './nest-application.mjs';

/**
 * A controller that returns the body of the compared endpoint from memory: as a text, as a text with the headers of the
 * endpoint, or as an object that the adapter serialises for each request.
 */
export function startBareController({ adapter, form }, { text, headers }) {
  const response = form === 'object' ? JSON.parse(text) : text;
  const added = form === 'string and headers' ? Object.entries(headers) : [];
  class BareController {
    respond() {
      return response;
    }
  }
  Controller()(BareController);
  decorateMethod(BareController, 'respond', Get('answer'), ...added.map((header) => Header(...header)));

  return listen({ controllers: [BareController] }, adapter);
}
