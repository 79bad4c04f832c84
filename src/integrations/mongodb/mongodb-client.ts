import { hasMethods } from '../../core/has-methods.js';
import { type MongoClient, isMongoClient } from '../../clients/mongo/mongo-client.js';

/** The used part of a `Db` of `mongodb`. */
export interface MongoDbHandle {
  readonly client: MongoClient;
}

export type MongoDbClient = MongoClient | MongoDbHandle;

export function isMongoDbClient(candidate: unknown): candidate is MongoDbClient {
  return (
    isMongoClient(candidate) || (hasMethods(candidate) && 'client' in candidate && isMongoClient(candidate.client))
  );
}

export const clientOf = (given: MongoDbClient): MongoClient => (isMongoClient(given) ? given : given.client);
