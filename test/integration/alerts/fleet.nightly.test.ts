import { describeWith } from '../../support/servers/describe-with.js';
import { type ConnectOptions, onEtcd, onNats, onRedis } from '../fleet/fleet-server.js';
import { testFleetAlerts } from './fleet-alerts.js';

for (const on of [onRedis, onNats, onEtcd]) {
  describeWith(on.kind, `the alerts of a fleet on ${on.kind.name}`, (server) => {
    testFleetAlerts({ server, connect: (options?: ConnectOptions) => on.connect(server(), options) });
  });
}
