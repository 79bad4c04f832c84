import type { EndpointDescription } from '../../extension/health-endpoints.js';
import type { ActionDescription } from '../../extension/health-actions.js';
import type { EndpointName } from '../../options/health-module-options.js';
import type { AccessSettings, GroupSettings, HealthSettings } from '../../options/health-settings.js';
import { type HealthView, VIEWS } from '../../options/view.js';
import { groupHandler } from '../handler-names.js';
import { definitionsOf } from '../schema/format-schemas.js';
import { toOpenApi } from '../../extension/json-schema.js';
import { Responses } from './responses.js';
import type { ControllerDescription, HandlerDescription, Operation, Parameter } from './swagger-metadata.js';

const OPERATIONS: Readonly<Record<EndpointName, Operation>> = {
  overview: {
    summary: 'Same as live; with ?deep=true same as deep',
    description: 'The probe "live", or the probe "deep" with ?deep=true.',
  },
  live: {
    summary: 'Whether the process works',
    description: 'Runs no indicator unless it is assigned to this probe.',
  },
  ready: {
    summary: 'Whether this instance accepts traffic',
    description: 'UP when the application has started, accepts traffic, and no indicator of this probe fails.',
  },
  startup: {
    summary: 'Whether this instance has started',
    description: 'UP when the application has started and each indicator of this probe has succeeded once.',
  },
  deep: {
    summary: 'The state of every indicator',
    description: 'Evaluates every indicator, also those that no other probe includes.',
  },
  checks: {
    summary: 'The state of one indicator, composite or group',
    description: 'Runs the named indicator, or the indicators of the named composite or group, and no others.',
  },
};

const PARTS: Operation = {
  summary: 'The state of one part of a composite',
  description: 'Runs the named part, and no other indicator.',
};

const COMPOSITE: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'Name of a composite.',
  schema: { type: 'string' },
};

const PART: Parameter = {
  name: 'part',
  in: 'path',
  required: true,
  description: 'Name of a part of the composite.',
  schema: { type: 'string' },
};

const NAME: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'Name of an indicator, a composite or a group.',
  schema: { type: 'string' },
};

const DEEP: Parameter = {
  name: 'deep',
  in: 'query',
  required: false,
  description: 'Evaluate all indicators.',
  schema: { type: 'boolean' },
};

const KEY: Parameter = {
  name: 'X-Health-Key',
  in: 'header',
  required: false,
  description: 'API key for the full view. "Authorization: Bearer <key>" is equivalent.',
  schema: { type: 'string', format: 'password' },
};

const CONTROL_KEY: Parameter = {
  ...KEY,
  description: 'Key of this operation. "Authorization: Bearer <key>" is equivalent.',
};

type Formats = Readonly<Record<string, string>>;

/** Describes the endpoints for an OpenAPI document. `formats`: the media types of all formats, by name. */
export function describeController(
  settings: HealthSettings,
  formats: Formats,
  endpoints: readonly EndpointDescription[],
  operations: readonly (readonly [handler: string, ActionDescription])[] = [],
): ControllerDescription {
  const schemas = [definitionsOf(settings.format), ...endpoints.map(({ schemas: own = {} }) => own)]
    .flatMap((definitions) => Object.entries(definitions))
    .map(([name, schema]) => [name, toOpenApi(schema)]);
  const probes = (Object.keys(OPERATIONS) as EndpointName[]).map((name) => [name, probe(name, settings, formats)]);
  const groups = [...settings.groups].flatMap(([name, group]) =>
    group.hasEndpoint ? [[groupHandler(name), groupEndpoint(name, group, settings, formats)]] : [],
  );
  const additional = endpoints.map((endpoint) => [endpoint.name, additionalEndpoint(endpoint, settings)]);
  const actions = operations.map(([handler, operation]) => [handler, action(operation, settings, formats)]);
  return {
    handlers: Object.fromEntries([
      ...probes,
      ['parts', partsOf(settings, formats)],
      ...groups,
      ...additional,
      ...actions,
    ]) as ControllerDescription['handlers'],
    schemas: Object.fromEntries(schemas) as ControllerDescription['schemas'],
  };
}

function probe(name: EndpointName, settings: HealthSettings, formats: Formats): HandlerDescription | undefined {
  const { endpoints, access, rateLimit } = settings;
  const views = viewsOf(name, settings);
  // The route of the indicators exists even if no caller may see them.
  if (!endpoints[name].enabled || views.length === 0) return undefined;
  const mayBeDeep = name === 'overview' && endpoints.deep.enabled;
  const responses = new Responses(settings, formats);
  responses.addReports(mayBeDeep ? [...new Set([...views, ...viewsOf('deep', settings)])] : views);
  const mayBeRefused = access !== undefined && (name === 'deep' || mayBeDeep);
  if (mayBeRefused) responses.addUnauthorized();
  const limit = mayBeDeep ? 'deep' : name;
  const isLimited = (limit === 'deep' || limit === 'checks') && Boolean(rateLimit[limit]);
  if (isLimited || (mayBeRefused && limitsKeys(settings))) responses.addTooManyRequests();
  if (name === 'checks') responses.addNotFound('No indicator, composite or group has this name');
  return {
    operation: OPERATIONS[name],
    parameters: [
      ...(name === 'checks' ? [NAME] : []),
      ...(mayBeDeep ? [DEEP] : []),
      formatParameter(formats),
      ...keyParameter(settings),
    ],
    responses: responses.describe(),
  };
}

function groupEndpoint(
  name: string,
  { view, isHidden, statusCodes }: GroupSettings,
  settings: HealthSettings,
  formats: Formats,
): HandlerDescription | undefined {
  const views = widerViews(view, settings).filter((one) => !isHidden || one !== VIEWS[0]);
  if (views.length === 0) return undefined;
  const responses = new Responses({ ...settings, statusCodes }, formats).addReports(views);
  if (isHidden) responses.addNotFound('The caller is not authenticated');
  if (settings.rateLimit.checks) responses.addTooManyRequests();
  return {
    operation: { summary: `The state of the group "${name}"`, description: 'Runs the indicators of this group.' },
    parameters: [formatParameter(formats), ...keyParameter(settings)],
    responses: responses.describe(),
  };
}

/** A part is requested like an indicator. */
function partsOf(settings: HealthSettings, formats: Formats): HandlerDescription | undefined {
  const checks = probe('checks', settings, formats);
  if (!checks) return undefined;
  const [, ...parameters] = checks.parameters;
  return { ...checks, operation: PARTS, parameters: [COMPOSITE, PART, ...parameters] };
}

function additionalEndpoint(
  { summary, description, access, formats, query = {}, responses: described }: EndpointDescription,
  settings: HealthSettings,
): HandlerDescription {
  const responses = new Responses(settings, {});
  for (const { statusCode, description: text, mediaTypes, schema } of described)
    responses.addText(statusCode, text, mediaTypes, schema);
  if (formats) responses.addNotAcceptable();
  if (settings.access && access === 'deep') {
    responses.addUnauthorized();
    if (limitsKeys(settings)) responses.addTooManyRequests();
  }
  return {
    operation: { summary, description },
    parameters: [
      ...(formats ? [formatParameter(formats)] : []),
      ...textParameters('query', query),
      ...keyParameter(settings),
    ],
    responses: responses.describe(),
  };
}

function action(
  { summary, description, parameters, body, responses: described }: ActionDescription,
  settings: HealthSettings,
  formats: Formats,
): HandlerDescription {
  const responses = new Responses(settings, formats);
  for (const { statusCode, description: text, schema, headers = {} } of described) {
    responses.addObject(statusCode, text, schema, headers);
  }
  responses.addUnauthorized();
  const { failedKeys, control } = settings.rateLimit;
  if (failedKeys || control) responses.addTooManyRequests();
  const json = body && { required: true, content: { 'application/json': { schema: toOpenApi(body) } } };
  return {
    operation: { summary, description, ...(json && { requestBody: json }) },
    parameters: [...textParameters('path', parameters), CONTROL_KEY],
    responses: responses.describe(),
  };
}

/** The possible views. Authentication never narrows a view, except that of `deep`, which unauthenticated callers cannot see. */
function viewsOf(name: EndpointName, settings: HealthSettings): HealthView[] {
  const { access, endpoints } = settings;
  if (access && name === 'deep') return [...grantedBy(access)];
  const views = widerViews(endpoints[name].view, settings);
  return name === 'checks' ? views.filter((one) => one !== VIEWS[0]) : views;
}

/** The view for unauthenticated callers, and the wider ones that authentication grants. */
function widerViews(view: HealthView, { access }: HealthSettings): HealthView[] {
  const wider = access ? grantedBy(access).filter((one) => VIEWS.indexOf(one) > VIEWS.indexOf(view)) : [];
  return [view, ...wider];
}

function grantedBy({ authorize }: AccessSettings): readonly HealthView[] {
  return authorize ? VIEWS : ['full'];
}

/** Whether a request with a wrong key can get a 429. */
function limitsKeys({ access, rateLimit }: HealthSettings): boolean {
  return Boolean(rateLimit.failedKeys) && access !== undefined && access.apiKeys.length > 0;
}

function formatParameter(formats: Formats): Parameter {
  return {
    name: 'format',
    in: 'query',
    required: false,
    description: 'Format of the response. It takes precedence over the header Accept.',
    schema: { type: 'string', enum: Object.keys(formats) },
  };
}

/** `descriptions`: by the name of the parameter. */
function textParameters(place: 'path' | 'query', descriptions: Readonly<Record<string, string>>): Parameter[] {
  return Object.entries(descriptions).map(([name, description]) => ({
    name,
    in: place,
    required: place === 'path',
    description,
    schema: { type: 'string' },
  }));
}

function keyParameter({ access }: HealthSettings): Parameter[] {
  return access && access.apiKeys.length > 0 ? [KEY] : [];
}
