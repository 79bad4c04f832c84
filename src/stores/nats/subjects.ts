import type { StorePlace } from '../store-key.js';

/** A token that no collection has, because `=` is always written with digits after it. */
const LEASES = '=L';

/** A subject separates tokens by `.`, so a `.` of a key is written in another form. */
const tokensOf = (key: string): string =>
  key.replaceAll(/[.=]/g, (character) => (character === '.' ? '=2E' : '=3D')).replaceAll('/', '.');

export const collectionSubject = (bucket: string, collection: string): string =>
  `$KV.${bucket}.${tokensOf(collection)}.`;

export const entrySubject = (bucket: string, { collection, name }: StorePlace): string =>
  `${collectionSubject(bucket, collection)}${tokensOf(name)}`;

export const leaseSubject = (bucket: string, { collection, name }: StorePlace): string =>
  `$KV.${bucket}.${LEASES}.${tokensOf(collection)}.${tokensOf(name)}`;

/** The name of an entry. `start`: the subject of its collection. */
export const nameOf = (subject: string, start: string): string =>
  subject.slice(start.length).replaceAll('.', '/').replaceAll('=2E', '.').replaceAll('=3D', '=');
