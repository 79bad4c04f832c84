import type { RuleTable } from '../../options/option-reader.js';
import { matching, nonBlank, whole } from '../../options/rules.js';
import type { DatagramReceiver } from './datagrams.js';

/** Options of `statsd()`. */
export interface StatsdOptions {
  /** Host name or address of the server. Default: `127.0.0.1`. */
  readonly host?: string;
  /** UDP port of the server. Default: 8125. */
  readonly port?: number;
  /** The beginning of each name: letters, digits, `_`, `-` and `.`. Default: `health`. */
  readonly prefix?: string;
}

export interface StatsdSettings extends DatagramReceiver {
  readonly prefix: string;
}

const name = matching(/^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/, 'a name of letters, digits, "_", "-" and "."');

export const STATSD_RULES = { host: nonBlank, port: whole(1, 65_535), prefix: name } satisfies RuleTable<StatsdOptions>;
export const STATSD_DEFAULTS: StatsdSettings = { host: '127.0.0.1', port: 8125, prefix: 'health' };
