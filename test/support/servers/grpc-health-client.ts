import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  type ServiceError,
  credentials,
  loadPackageDefinition,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

/** The package is installed below another one. */
export const protoLoader = createRequire(createRequire(import.meta.url).resolve('etcd3')).resolve('@grpc/proto-loader');

/** The messages and methods of the protocol (grpc-proto, `grpc/health/v1/health.proto`), to check the codec of the library. */
const HEALTH = `
  syntax = "proto3";
  package grpc.health.v1;
  message Asked { string service = 1; }
  message Status { enum Serving { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; } Serving status = 1; }
  message Nothing {}
  message Statuses { map<string, Status> statuses = 1; }
  service Health {
    rpc Check (Asked) returns (Status);
    rpc List (Nothing) returns (Statuses);
    rpc Watch (Asked) returns (stream Status);
  }`;

/** Writes a `.proto` file that is removed when the test is over. Returns its path. */
export function protoFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'service.proto');
  writeFileSync(path, text);
  return path;
}

type Callback<T> = (error: ServiceError | null, value?: T) => void;

interface Stub extends Client {
  Check(asked: { service: string }, options: { deadline: number }, callback: Callback<{ status: string }>): unknown;
  List(asked: object, callback: Callback<{ statuses: Record<string, { status: string }> }>): unknown;
  Watch(asked: { service: string }): ClientReadableStream<{ status: string }>;
}

/** One `Watch` call, and what it received. */
export interface OpenWatch {
  readonly statuses: string[];
  /** The code of the status that ended the call. */
  code: number | undefined;
  cancel(): void;
}

/** A client of `grpc.health.v1` that is generated from the definition. Resolves to a status, or to the code of an error. */
export class GrpcHealthClient {
  readonly #stub: Stub;

  constructor(url: string, trust: ChannelCredentials = credentials.createInsecure()) {
    const loader = createRequire(import.meta.url)(protoLoader) as {
      loadSync(path: string, options: object): Parameters<typeof loadPackageDefinition>[0];
    };
    const definition = loadPackageDefinition(loader.loadSync(protoFile(HEALTH), { enums: String, defaults: true }));
    const { Health } = (definition as { grpc: { health: { v1: { Health: unknown } } } } & object).grpc.health.v1;
    this.#stub = new (Health as new (url: string, trust: ChannelCredentials) => Stub)(url, trust);
    onTestFinished(() => this.#stub.close());
  }

  /** `timeLimit`: milliseconds until the deadline of the call. */
  check(service = '', timeLimit = 10_000): Promise<string | number> {
    return new Promise((resolve) => {
      this.#stub.Check({ service }, { deadline: Date.now() + timeLimit }, (error, value) =>
        resolve(error?.code ?? value?.status ?? 'nothing'),
      );
    });
  }

  list(): Promise<Record<string, string> | number> {
    return new Promise((resolve) => {
      this.#stub.List({}, (error, value) => {
        const entries = Object.entries(value?.statuses ?? {});
        resolve(error?.code ?? Object.fromEntries(entries.map(([name, { status }]) => [name, status])));
      });
    });
  }

  watch(service = ''): OpenWatch {
    const call = this.#stub.Watch({ service });
    const watch: OpenWatch = { statuses: [], code: undefined, cancel: () => call.cancel() };
    call.on('data', ({ status }: { status: string }) => watch.statuses.push(status));
    call.on('error', () => {});
    call.on('status', ({ code }: { code: number }) => {
      watch.code = code;
    });
    return watch;
  }
}
