import { hasMethods } from '../../core/has-methods.js';

/** The used part of a `MongoClient` of `mongodb`. */
export interface MongoClient {
  db(name: string): MongoDatabase;
  on(event: 'serverHeartbeatFailed', listener: (event: { readonly failure: Error }) => void): unknown;
  off(event: 'serverHeartbeatFailed', listener: (event: { readonly failure: Error }) => void): unknown;
}

/** The used part of a `Db` of `mongodb`. */
export interface MongoDatabase {
  command(command: object, options?: object): Promise<Readonly<Record<string, unknown>>>;
}

export function isMongoClient(candidate: unknown): candidate is MongoClient {
  return hasMethods(candidate, 'db', 'connect', 'startSession', 'on', 'off');
}
