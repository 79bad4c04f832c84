import { Client } from '@elastic/elasticsearch';
import { ElasticsearchIndicator } from 'nest-vitals/elasticsearch';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { CLUSTER_DATA, searchCluster } from '../../support/servers/search-cluster.js';

describeFaults('ElasticsearchIndicator', {
  server: searchCluster,
  indicator: 'search',
  application: ({ host, port, user: username, password }) => {
    const client = new Client({ node: `http://${host}:${port}`, auth: { username, password } });
    const lifecycle = { onApplicationShutdown: () => client.close() };
    const search = moduleNamed('SearchModule', {
      providers: [
        { provide: Client, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [search], providers: [ElasticsearchIndicator('search', { client: Client })] };
  },
  data: CLUSTER_DATA,
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(Client).cluster.health(),
});
