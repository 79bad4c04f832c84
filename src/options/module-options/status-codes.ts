import type { ReportStatus } from '../../core/status.js';
import { OptionReader } from '../option-reader.js';
import { type Rule, whole } from '../rules.js';

const statusCode = whole(200, 599);
const RULES = {
  UP: statusCode,
  DEGRADED: statusCode,
  UNKNOWN: statusCode,
  OUT_OF_SERVICE: statusCode,
  DOWN: statusCode,
} satisfies Record<ReportStatus, Rule>;

export type StatusCodes = Readonly<Record<ReportStatus, number>>;

/** The given status codes, completed by `defaults`. */
export function resolveStatusCodes(
  defaults: StatusCodes,
  ...given: ConstructorParameters<typeof OptionReader>
): StatusCodes {
  const codes = Object.entries(new OptionReader(...given).readAll(RULES)).filter(([, code]) => code !== undefined);
  return { ...defaults, ...Object.fromEntries(codes) };
}
