export { OpenSearchIndicator } from './opensearch.indicator.js';
export type { OpenSearchClient, OpenSearchIndicatorOptions } from './opensearch.indicator.js';
