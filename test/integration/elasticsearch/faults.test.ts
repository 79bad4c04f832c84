import { Client } from '@elastic/elasticsearch';
import { ElasticsearchIndicator } from 'nest-vitals/elasticsearch';
import { describeSearchFaults } from '../../support/search-faults.js';

describeSearchFaults('ElasticsearchIndicator', {
  Client,
  create: (options) => new Client(options),
  indicator: ElasticsearchIndicator('search', { client: Client }),
});
