import type { AddressInfo } from 'node:net';
import type { RequestBody } from '../../extension/health-actions.js';
import type { FailureSettings } from '../failure-response.js';
import type { SharedProbe } from '../shared-probes.js';
import type { Stall, WatchdogSettings } from '../watchdog/stall.js';

/** A finished response, as the thread writes it. */
export interface WireResponse {
  readonly statusCode: number;
  /** The headers: name, value, name, value and so on. */
  readonly fields: readonly string[];
  readonly body: string | Uint8Array;
}

/** The data that the thread starts with. */
export interface ThreadData {
  readonly port: number;
  readonly host: string | undefined;
  readonly alive: WireResponse;
  /** Undefined: off. */
  readonly watchdog: { readonly pulse: SharedArrayBuffer; readonly options: WatchdogSettings } | undefined;
}

export interface Routes {
  /** In lower case. */
  readonly paths: ReadonlyMap<string, SharedProbe>;
  readonly deadlines: Readonly<Record<SharedProbe, number>>;
  /** Whether the default responses may be kept. Otherwise each request goes to the main thread. */
  readonly canKeep: boolean;
  readonly revision: SharedArrayBuffer;
  readonly failures: FailureSettings;
}

/** To the thread. Times are milliseconds since 1970, from the monotonic clock. */
export type ToThread =
  | { readonly type: 'prepare'; readonly routes: Routes }
  | { readonly type: 'open' }
  | {
      readonly type: 'snapshot';
      readonly probe: SharedProbe;
      readonly id: number;
      readonly response: WireResponse;
      readonly freshUntil: number;
      readonly revision: number;
    }
  | { readonly type: 'response'; readonly id: number; readonly response: WireResponse }
  | { readonly type: 'stream'; readonly id: number; readonly head: WireResponse }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'end' | 'destroy' | 'read-body'; readonly id: number }
  | { readonly type: 'main-server'; readonly address: AddressInfo }
  | { readonly type: 'drain' | 'close' };

/** The properties of a request that the main thread needs. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Equal for the requests of one connection. */
  readonly connection: number;
  readonly remoteAddress: string | undefined;
}

/** Requests of one connection with the same headers. */
export interface WireCaller extends WireRequest {
  readonly caller: number;
}

/** Numbers of one recorded request: caller, index of the probe, id of the snapshot, time. */
export const RECORD_LENGTH = 4;

/** From the thread. */
export type FromThread =
  | { readonly type: 'listening'; readonly address: AddressInfo }
  | { readonly type: 'failed'; readonly code: string | undefined; readonly message: string }
  | { readonly type: 'refresh'; readonly probe: SharedProbe }
  | { readonly type: 'request'; readonly id: number; readonly request: WireRequest; readonly hasBody: boolean }
  | { readonly type: 'body'; readonly id: number; readonly body: RequestBody }
  | { readonly type: 'records'; readonly callers: readonly WireCaller[]; readonly records: Float64Array }
  | { readonly type: 'gone'; readonly id: number }
  | { readonly type: 'sent'; readonly id: number; readonly bytes: number }
  | { readonly type: 'connection-closed'; readonly connection: number; readonly callers: readonly number[] }
  | { readonly type: 'stall-ended'; readonly stall: Stall }
  /** For the log. */
  | { readonly type: 'problem'; readonly text: string }
  | { readonly type: 'closed' };

/** Milliseconds since 1970 on the monotonic clock, which all threads of a process share. */
export const now = (): number => performance.timeOrigin + performance.now();
