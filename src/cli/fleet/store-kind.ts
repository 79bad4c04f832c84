/** The stores that the tool can follow. */
export const STORES = ['redis', 'nats', 'etcd'] as const;
export type StoreKind = (typeof STORES)[number];

interface Schemes {
  readonly plain: string;
  readonly encrypted: string;
  readonly port: number;
}

/** The schemes of the addresses, and the port that each store usually has. */
export const SCHEMES: Readonly<Record<StoreKind, Schemes>> = {
  redis: { plain: 'redis:', encrypted: 'rediss:', port: 6379 },
  nats: { plain: 'nats:', encrypted: 'tls:', port: 4222 },
  etcd: { plain: 'http:', encrypted: 'https:', port: 2379 },
};

/** An address for a message. */
export function exampleOf(kind: StoreKind, scheme: 'plain' | 'encrypted' = 'plain'): string {
  return `${SCHEMES[kind][scheme]}//host:${SCHEMES[kind].port}`;
}
