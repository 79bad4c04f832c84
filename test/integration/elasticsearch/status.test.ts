import { Client } from '@elastic/elasticsearch';
import { HealthModule } from 'nest-vitals';
import { ElasticsearchIndicator, type ElasticsearchIndicatorOptions } from 'nest-vitals/elasticsearch';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLUSTER_LOGIN, describeClusterResponses } from '../../support/cluster-cases.js';
import { refusalOf } from '../../support/start-application.js';

describe('an ElasticsearchIndicator', () => {
  describeClusterResponses({
    indicator: (node, options) => {
      const client = new Client({ node, auth: CLUSTER_LOGIN });
      onTestFinished(() => client.close());
      return ElasticsearchIndicator('search', { client, ...options });
    },
  });

  it.each([
    ['none is named', {} as ElasticsearchIndicatorOptions, 'it is missing'],
    ['none is provided', { client: Client }, 'no module provides its client under the class Client'],
    [
      'it is something else',
      { client: new Map() as never },
      'its client is an object instead of a Client of @elastic/elasticsearch',
    ],
    ['a status is unknown', { client: {} as never, enough: 'red' as never }, 'enough'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [ElasticsearchIndicator('search', options)],
    });
    expect(String(error)).toContain('ElasticsearchIndicator("search")');
    expect(String(error)).toContain(problem);
  });
});
