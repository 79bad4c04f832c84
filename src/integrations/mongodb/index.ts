export { MongoDbIndicator } from './mongodb.indicator.js';
export type { MongoDbIndicatorOptions } from './mongodb.indicator.js';
export type { MongoDbClient, MongoDbHandle } from './mongodb-client.js';
export type { MongoClient, MongoDatabase } from '../../clients/mongo/mongo-client.js';
