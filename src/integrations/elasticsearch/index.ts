export { ElasticsearchIndicator } from './elasticsearch.indicator.js';
export type { ElasticsearchClient, ElasticsearchIndicatorOptions } from './elasticsearch.indicator.js';
