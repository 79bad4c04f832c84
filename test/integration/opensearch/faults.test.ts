import { Client } from '@opensearch-project/opensearch';
import { OpenSearchIndicator } from 'nest-vitals/opensearch';
import { describeSearchFaults } from '../../support/search-faults.js';

describeSearchFaults('OpenSearchIndicator', {
  Client,
  create: (options) => new Client(options),
  indicator: OpenSearchIndicator('search', { client: Client }),
});
