import { matching, nonBlank, whole } from '../../options/rules.js';
import type { DatagramReceiver } from './datagrams.js';
import type { TargetReader } from './target-options.js';

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

export function readStatsd({ reader }: TargetReader): StatsdSettings {
  return {
    host: reader.read('host', nonBlank, '127.0.0.1'),
    port: reader.read('port', whole(1, 65_535), 8125),
    prefix: reader.read('prefix', name, 'health'),
  };
}
