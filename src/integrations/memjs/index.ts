export { MemJsIndicator } from './memjs.indicator.js';
export type { MemJsIndicatorOptions } from './memjs.indicator.js';
export type { MemJsClient, MemJsServer, MemJsSocket } from './memjs-client.js';
