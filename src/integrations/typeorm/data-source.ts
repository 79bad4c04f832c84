import type { DataSource } from 'typeorm';
import { hasMethods } from '../../core/has-methods.js';
import type { ClientRequest, ClientSource } from '../../clients/injected-client.js';
import { loadPeer } from '../../clients/load-peer.js';
import type { ConfigurationFault } from '../../errors/fault.js';

/** The requirements of the options for the data source. */
interface Requirements {
  readonly replica: boolean;
}

export async function requestDataSource(
  place: string,
  given: ClientSource<DataSource> | undefined,
  { replica }: Requirements,
): Promise<ClientRequest<DataSource>> {
  return {
    place,
    sources: await sourcesOf(place, given),
    accepts: isDataSource,
    expected: 'a DataSource of typeorm',
    remedy:
      "import TypeOrmModule.forRoot(), or pass the name of the data source: { dataSource: 'reports' }, a token, or the DataSource itself",
    optionsFault: (dataSource) => optionsFault(place, dataSource, replica),
  };
}

/** `TypeOrmModule` provides the default data source under its class, and a named one under a string made from the name. */
async function sourcesOf(place: string, given: ClientSource<DataSource> | undefined): Promise<readonly unknown[]> {
  if (given === undefined || given === 'default') {
    const { DataSource } = await loadPeer(place, 'typeorm', () => import('typeorm'));
    return [DataSource];
  }
  return typeof given === 'string' ? [`${given}DataSource`, given] : [given];
}

function isDataSource(candidate: unknown): candidate is DataSource {
  return hasMethods(candidate, 'createQueryRunner') && 'isInitialized' in candidate;
}

function optionsFault(
  place: string,
  { options, driver }: DataSource,
  replica: boolean,
): ConfigurationFault | undefined {
  if (options.type === 'mongodb') {
    return {
      place,
      problem: 'its data source is a MongoDB, which has no SQL',
      remedy: 'use MongoDbIndicator of nest-vitals/mongodb with the MongoClient of the application',
    };
  }
  if (replica && !driver.isReplicated) {
    return {
      place: `${place}, replica`,
      problem: 'its data source has no replicas, so the check would use the primary',
      remedy: 'remove the option, or give the data source the option "replication"',
    };
  }
  return undefined;
}
