import { isRecord } from './is-record.js';

/** The JSON object in a text. Undefined: the text is not JSON, or is another JSON value. */
export function jsonRecordIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
