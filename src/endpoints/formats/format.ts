import type { FormatInput, HealthFormatter } from '../../extension/health-endpoints.js';

/** The built-in formats, in the order of preference for a caller that accepts several of them equally. */
export const FORMATS = ['json', 'health', 'text'] as const;
export type HealthFormat = (typeof FORMATS)[number];

/** The media type of each built-in format, in the same order. Formats of other modules follow. */
export const MEDIA_TYPES: Readonly<Record<HealthFormat, string>> = {
  json: 'application/json',
  health: 'application/health+json',
  text: 'text/plain',
};

/** A format whose body depends on the report and the view, and not on the URL of the request. */
export interface BuiltInFormat extends HealthFormatter {
  readonly name: HealthFormat;
  readonly isBuiltIn: true;
}

/** Creates a built-in format from the function that writes its body. */
export function builtInFormat(name: HealthFormat, format: (input: FormatInput) => string): BuiltInFormat {
  return { name, mediaType: MEDIA_TYPES[name], headers: {}, isForBrowsers: false, isBuiltIn: true, format };
}
