/**
 * The messages of `grpc.health.v1` contain a string, a number or a map of them, so this file encodes and decodes them
 * without a library for protocol buffers.
 */

export const CHECK_METHOD = '/grpc.health.v1.Health/Check';
export const WATCH_METHOD = '/grpc.health.v1.Health/Watch';
export const LIST_METHOD = '/grpc.health.v1.Health/List';

/** In the order of the numbers of the protocol. */
export const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** The status of a service. Undefined: a number that `SERVING_STATUSES` does not contain. */
export type ServingStatus = KnownServingStatus | undefined;

export type KnownServingStatus = (typeof SERVING_STATUSES)[number];

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
/** The field of each message, and the key of an entry of a map. */
const FIELD = 1;
/** The value of an entry of a map. */
const VALUE = 2;

/** `HealthCheckRequest { string service = 1; }` */
export function writeRequest(service: string): Buffer {
  return service === '' ? Buffer.alloc(0) : bytesField(FIELD, Buffer.from(service));
}

/** Unknown fields are skipped. Throws a `RangeError` for a malformed message. */
export function readRequest(message: Uint8Array): string {
  const reader = new Reader(message);
  let service = '';
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    if (tag === ((FIELD << 3) | BYTES)) service = reader.text();
    else reader.skip(tag & 7);
  }
  return service;
}

export function writeResponse(status: KnownServingStatus): Buffer {
  return Buffer.from([(FIELD << 3) | VARINT, SERVING_STATUSES.indexOf(status)]);
}

/** `HealthListResponse { map<string, HealthCheckResponse> statuses = 1; }`. A map is a list of entries with key and value. */
export function writeListResponse(statuses: ReadonlyMap<string, KnownServingStatus>): Buffer {
  const entries = [...statuses].map(([service, status]) =>
    Buffer.concat([bytesField(FIELD, Buffer.from(service)), bytesField(VALUE, writeResponse(status))]),
  );
  return Buffer.concat(entries.map((entry) => bytesField(FIELD, entry)));
}

/** `HealthCheckResponse { ServingStatus status = 1; }`. Unknown fields are skipped, as protocol buffers require. */
export function readResponse(message: Uint8Array): ServingStatus {
  const reader = new Reader(message);
  // A field that is absent has the value zero.
  let status = 0;
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    if (tag === ((FIELD << 3) | VARINT)) status = reader.varint();
    else reader.skip(tag & 7);
  }
  return SERVING_STATUSES[status];
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | BYTES, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

class Reader {
  #position = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new RangeError('the message is truncated');
      this.#position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.varint();
    const start = this.#position;
    this.#pass(length);
    return Buffer.from(this.#bytes.subarray(start, start + length)).toString();
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED_64) this.#pass(8);
    else if (wireType === BYTES) this.#pass(this.varint());
    else if (wireType === FIXED_32) this.#pass(4);
    else throw new RangeError('the message has a field of an unknown wire type');
  }

  #pass(length: number): void {
    if (this.#position + length > this.#bytes.length) throw new RangeError('the message is truncated');
    this.#position += length;
  }
}
