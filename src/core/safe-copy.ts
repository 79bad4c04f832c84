import { types } from 'node:util';
import { LONGEST_CODE, boundedText } from './bounded-text.js';
import { describeFailure } from './failure.js';
import { muteRejection } from './guarded-signal.js';
import { isRecord } from './is-record.js';
import { MASK, type Secrecy, secrecyOf } from './redact.js';

/** The limits of a copy. The rest of the value is left out, and the copy says so. */
export interface CopyLimits {
  /** Characters of the copy as JSON, about. */
  readonly size: number;
  /** Characters of one text. */
  readonly text: number;
  /** Keys of one object, elements of one array. */
  readonly items: number;
  /** Objects and arrays within each other. */
  readonly depth: number;
  /** Whether an instance of a class is named, and its properties are left out. Default: false. */
  readonly namesInstances?: boolean;
  /** Whether an error is copied with its message, for the log. Default: false, only its short text for callers is copied. */
  readonly copiesErrors?: boolean;
}

/** The limits of the data of a result. */
export const DATA_LIMITS: CopyLimits = { size: 16_384, text: 1000, items: 100, depth: 8 };

const LONGEST_KEY = 100;
const UNREADABLE = '(could not be read)';
const TOO_LARGE_BITS = 256;
/** Characters that JSON escapes. */
// eslint-disable-next-line no-control-regex -- control characters are among them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;
/** A value that JSON cannot express. It is left out of an object, and null in an array. */
const ABSENT = Symbol('absent');

/**
 * A plain JSON copy of the data of a check, safe to serialise any number of times: bounded, without secrets, and frozen.
 * A Map is copied as an object, a Set as an array, an error as the short text that describes it to callers; cycles, getters that throw and
 * other values that JSON cannot express are named by a text. Undefined: nothing could be read.
 */
export function safeCopy(data: unknown, limits = DATA_LIMITS): Readonly<Record<string, unknown>> | undefined {
  try {
    const copy = new Copier(limits).copy(data);
    if (copy === ABSENT) return undefined;
    return isRecord(copy) ? copy : Object.freeze({ value: copy });
  } catch {
    return undefined;
  }
}

class Copier {
  readonly #limits: CopyLimits;
  readonly #ancestors = new Set<object>();
  /** The rest of the allowed size. */
  #left: number;

  constructor(limits: CopyLimits) {
    this.#limits = limits;
    this.#left = limits.size;
  }

  copy(value: unknown, secrecy: Secrecy = 'none'): unknown {
    switch (typeof value) {
      case 'string':
        return secrecy === 'none' ? this.#text(value) : this.#spend(MASK);
      case 'number':
        return secrecy === 'all' ? this.#spend(MASK) : this.#spend(Number.isFinite(value) ? value : String(value));
      case 'bigint':
        return secrecy === 'all' ? this.#spend(MASK) : this.#spend(bigint(value));
      case 'boolean':
        return this.#spend(value);
      case 'object':
        return value === null ? this.#spend(null) : this.#object(value, secrecy);
      case 'undefined':
      case 'function':
      case 'symbol':
        break;
    }
    return ABSENT;
  }

  #spend<T extends string | number | boolean | null>(copy: T): T {
    this.#left -= typeof copy !== 'string' ? 8 : ESCAPED.test(copy) ? JSON.stringify(copy).length : copy.length + 2;
    return copy;
  }

  #text(text: string): string {
    return this.#spend(boundedText(text, this.#limits.text));
  }

  #object(value: object, secrecy: Secrecy): unknown {
    if (this.#ancestors.has(value)) return this.#spend('(circular reference)');
    if (this.#ancestors.size >= this.#limits.depth) return this.#spend('(nested too deep)');
    this.#ancestors.add(value);
    try {
      return this.#contents(value, secrecy);
    } catch (error) {
      // One value that cannot be read does not hide the others.
      if (this.#ancestors.size === 1) throw error;
      return this.#spend(UNREADABLE);
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #contents(value: object, secrecy: Secrecy): unknown {
    this.#left -= 2;
    if (isOrdinary(value)) return this.#record(value, secrecy);
    if (types.isDate(value)) return this.#spend(Number.isNaN(value.getTime()) ? String(value) : value.toISOString());
    if (isError(value)) return this.#error(value, secrecy);
    if (types.isMap(value)) return this.#map(value, secrecy);
    if (types.isSet(value)) return this.#list(value, value.size, secrecy);
    if (types.isAnyArrayBuffer(value) || types.isUint8Array(value) || types.isDataView(value)) {
      return this.#spend(`(${value.byteLength} bytes)`);
    }
    if (types.isTypedArray(value)) return this.#list(value, value.length, secrecy);
    if (types.isRegExp(value)) return this.#text(String(value));
    if (types.isPromise(value)) {
      // Nothing else handles the rejection, which would end the process.
      muteRejection(value, () => undefined);
      return this.#spend('(a promise)');
    }
    if (types.isBoxedPrimitive(value)) return this.copy(value.valueOf(), secrecy);
    if (this.#limits.namesInstances && !Array.isArray(value) && !isLiteral(value)) return this.#spend(instance(value));
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.#written(value.toJSON(''), secrecy);
    return this.#plain(value, secrecy);
  }

  /** As in JSON.stringify(), toJSON() is not called on the result of toJSON(). */
  #written(value: unknown, secrecy: Secrecy): unknown {
    if (typeof value !== 'object' || value === null) return this.copy(value, secrecy);
    return 'toJSON' in value && typeof value.toJSON === 'function'
      ? this.#plain(value, secrecy)
      : this.#object(value, secrecy);
  }

  #plain(value: object, secrecy: Secrecy): unknown {
    return Array.isArray(value) ? this.#list(elements(value), value.length, secrecy) : this.#record(value, secrecy);
  }

  #record(value: object, secrecy: Secrecy): unknown {
    const entries: [string, unknown][] = [];
    let isCut = false;
    let read = 0;
    // Object.keys() would make a list of all keys; this stops where the limit is. A key without a copy counts too.
    for (const key in value) {
      // The own keys come first.
      if (!Object.hasOwn(value, key)) break;
      if (this.#isFull(read)) {
        isCut = true;
        break;
      }
      read += 1;
      this.#entry(entries, key, this.#property(value, key), secrecy);
    }
    return finish(entries, isCut ? 'more keys were left out' : undefined);
  }

  #map(value: Map<unknown, unknown>, secrecy: Secrecy): unknown {
    const entries: [string, unknown][] = [];
    let read = 0;
    for (const [key, inner] of value) {
      if (this.#isFull(read)) return finish(entries, `${value.size - read} more keys were left out`);
      read += 1;
      const name = typeof key === 'object' && key !== null ? JSON.stringify(this.copy(key)) : String(key);
      this.#entry(entries, name, inner, secrecy);
    }
    return finish(entries, undefined);
  }

  #entry(entries: [string, unknown][], key: string, value: unknown, secrecy: Secrecy): void {
    const own = secrecy === 'all' ? secrecy : secrecyOf(key.slice(0, LONGEST_KEY));
    const copy = this.copy(value, own === 'none' ? secrecy : own);
    if (copy !== ABSENT) entries.push([this.#spend(boundedText(key, LONGEST_KEY)), copy]);
  }

  #list(values: Iterable<unknown>, length: number, secrecy: Secrecy): unknown {
    const copies: unknown[] = [];
    for (const value of values) {
      if (this.#isFull(copies.length)) {
        copies.push(`(${length - copies.length} more elements were left out)`);
        break;
      }
      const copy = this.copy(value, secrecy);
      copies.push(copy === ABSENT ? null : copy);
    }
    return Object.freeze(copies);
  }

  /** With `copiesErrors`, the fields of an error are copied, for logs. Otherwise only the text and code that callers may see. */
  #error(error: object, secrecy: Secrecy): unknown {
    if (!this.#limits.copiesErrors) {
      const { error: text, code } = describeFailure(error);
      return this.copy({ error: text, ...(code !== undefined && { code }) }, secrecy);
    }
    const entries: [string, unknown][] = [];
    for (const key of ['name', 'message', 'code']) {
      const copy = this.copy(this.#property(error, key), secrecy);
      if (copy !== ABSENT)
        entries.push([key, typeof copy === 'string' && key === 'code' ? boundedText(copy, LONGEST_CODE) : copy]);
    }
    return finish(entries, undefined);
  }

  #property(object: object, key: string): unknown {
    try {
      return Reflect.get(object, key);
    } catch {
      return UNREADABLE;
    }
  }

  #isFull(items: number): boolean {
    return items >= this.#limits.items || this.#left <= 0;
  }
}

function finish(entries: [string, unknown][], omitted: string | undefined): Readonly<Record<string, unknown>> {
  if (omitted !== undefined) {
    let key = 'omitted';
    while (entries.some(([used]) => used === key)) key = `_${key}`;
    entries.push([key, omitted]);
  }
  return Object.freeze(Object.fromEntries(entries));
}

function* elements(list: readonly unknown[]): Iterable<unknown> {
  for (let index = 0; index < list.length; index += 1) yield list[index];
}

/** Whether the value is a plain object, like most data, and needs no further checks. */
function isOrdinary(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value);
}

/** An object without a class, of this realm or another one. */
function isLiteral(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}

function instance(value: object): string {
  return `(an instance of ${boundedText(value.constructor.name, LONGEST_CODE)})`;
}

/** Also recognises errors of another realm, such as a test runner's sandbox. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

function bigint(value: bigint): number | string {
  // The time to format a bigint grows with the square of its length.
  if (BigInt.asIntN(TOO_LARGE_BITS, value) !== value) return `(an integer of more than ${TOO_LARGE_BITS} bits)`;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
