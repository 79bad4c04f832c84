import type { EndpointDescription } from '../extension/health-endpoints.js';
import { FLEET_FORMATS } from './fleet-overview.js';
import { FLEET_SCHEMA, FLEET_SCHEMAS } from './fleet-schema.js';
import { FLEET } from './health-fleet.js';

const { json, html, events } = FLEET_FORMATS;

/** The endpoint, for the OpenAPI document of the application. */
export const FLEET_ENDPOINT = {
  name: FLEET,
  access: 'deep',
  formats: FLEET_FORMATS,
  summary: 'The instances of all services',
  description: 'As JSON, as a page for browsers, or as the stream of server-sent events that updates the page.',
  query: {
    q: 'The page and its stream: a text, by which instances are found. At most 100 characters count.',
    pause: 'The page is not updated. With or without a value.',
  },
  schemas: FLEET_SCHEMAS,
  responses: [
    {
      statusCode: 200,
      description: 'As many instances are ready as expected, or the stream',
      mediaTypes: [json, html, events],
      schema: FLEET_SCHEMA,
    },
    {
      statusCode: 503,
      description:
        'Fewer instances are ready than expected. As text: too many pages are open, or the application is shutting down',
      mediaTypes: [json, html, 'text/plain'],
      schema: FLEET_SCHEMA,
    },
  ],
} as const satisfies EndpointDescription;
