import type { EndpointDescription } from '../extension/health-endpoints.js';
import { FLEET_FORMATS } from './fleet-overview.js';
import { FLEET_SCHEMA, FLEET_SCHEMAS } from './fleet-schema.js';
import { FLEET } from './health-fleet.js';

const { json, html, events } = FLEET_FORMATS;

/** Description of the endpoint, for the OpenAPI document of the application. */
export const FLEET_ENDPOINT = {
  name: FLEET,
  access: 'deep',
  formats: FLEET_FORMATS,
  summary: 'The instances of all services',
  description: 'As JSON, as a page for browsers, or as the stream of server-sent events that updates the page.',
  query: {
    q: 'For the page and its stream: shows the instances that contain this text. Characters after the first 100 are ignored.',
    pause: 'The page does not update itself. The value is ignored.',
  },
  schemas: FLEET_SCHEMAS,
  responses: [
    {
      statusCode: 200,
      description: 'The expected instances are ready; or the event stream',
      mediaTypes: [json, html, events],
      schema: FLEET_SCHEMA,
    },
    {
      statusCode: 503,
      description:
        'Fewer instances are ready than expected, or the others are not known yet; or, as text: too many pages are open, or the application is shutting down',
      mediaTypes: [json, html, 'text/plain'],
      schema: FLEET_SCHEMA,
    },
  ],
} as const satisfies EndpointDescription;
