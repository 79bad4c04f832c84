export { PrismaIndicator } from './prisma.indicator.js';
export type { PrismaIndicatorOptions } from './prisma.indicator.js';
export type { PrismaClientLike, PrismaMongoClient, PrismaSqlClient } from './prisma-client.js';
