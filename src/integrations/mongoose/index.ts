export { MongooseIndicator } from './mongoose.indicator.js';
export type { MongooseIndicatorOptions } from './mongoose.indicator.js';
export type { MongooseConnection } from './mongoose-connection.js';
export type { MongoClient, MongoDatabase } from '../../clients/mongo/mongo-client.js';
