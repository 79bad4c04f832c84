import type { InjectionToken, Provider } from '@nestjs/common';
import { describeFaults } from './fault-table.js';
import { moduleNamed } from './module-named.js';
import { CLUSTER_DATA, searchCluster } from './servers/search-cluster.js';

/** The part that the clients of Elasticsearch and OpenSearch share. */
interface SearchClient {
  readonly cluster: { health(): Promise<unknown> };
  close(): unknown;
}

interface Subject<Client extends SearchClient> {
  readonly Client: InjectionToken<Client>;
  readonly create: (options: { node: string; auth: { username: string; password: string } }) => Client;
  readonly indicator: Provider;
}

/** The faults of a search cluster, as an indicator named `search` sees them. */
export function describeSearchFaults<Client extends SearchClient>(
  name: string,
  { Client, create, indicator }: Subject<Client>,
): void {
  describeFaults(name, {
    server: searchCluster,
    indicator: 'search',
    application: ({ host, port, user: username, password }) => {
      const client = create({ node: `http://${host}:${port}`, auth: { username, password } });
      const lifecycle = { onApplicationShutdown: () => client.close() };
      const search = moduleNamed('SearchModule', {
        providers: [
          { provide: Client, useValue: client },
          { provide: 'LIFECYCLE', useValue: lifecycle },
        ],
      });
      return { imports: [search], providers: [indicator] };
    },
    data: CLUSTER_DATA,
    sockets: 3,
    replacesConnections: true,
    work: ({ app }) => app.get(Client).cluster.health(),
  });
}
