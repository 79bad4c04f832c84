import type { VisibleReport } from '../../extension/visible-report.js';

/** What an answer can be written as, in the order of preference among those that a caller likes as much. */
export const FORMATS = ['json', 'health', 'text'] as const;
export type HealthFormat = (typeof FORMATS)[number];

/** By the media type of a format a caller asks for it. In the same order; other modules add theirs at the end. */
export const MEDIA_TYPES: Readonly<Record<HealthFormat, string>> = {
  json: 'application/json',
  health: 'application/health+json',
  text: 'text/plain',
};

/** Writes a report as text. `probe` is what was asked: a probe, a group or an indicator. */
export type Presenter = (report: VisibleReport, probe: string) => string;
