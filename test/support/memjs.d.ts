/** The package has no types. These are the parts that the tests use. */
declare module 'memjs' {
  import type { Socket } from 'node:net';

  export class Client {
    static create(servers: string, options?: { readonly timeout?: number; readonly conntimeout?: number }): Client;
    readonly servers: { readonly host: string; readonly port: number; readonly _socket?: Socket }[];
    stats(callback: (error: unknown, server: string, stats: Record<string, string> | null) => void): void;
    get(key: string): Promise<{ readonly value: Buffer | null }>;
    set(key: string, value: string, options: object): Promise<boolean>;
    close(): void;
  }
}
