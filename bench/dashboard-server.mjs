/** The application whose page has many clients. It runs as a separate process and responds to messages of dashboard-clients.mjs. */
import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HealthIndicator, HealthModule, down, up } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { listen } from './applications/nest-application.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Counts how often an update of the page is serialised for all clients. */
let serialisations = 0;
const { stringify } = JSON;
JSON.stringify = (value, ...rest) => {
  if (typeof value === 'object' && value !== null && 'announce' in value) serialisations += 1;
  return stringify(value, ...rest);
};

let isFailing = false;

function createIndicator(index) {
  class Indicator {
    async check() {
      return isFailing && index === 0 ? down('gone') : up({ pool_size: 10, pool_used: index });
    }
  }
  HealthIndicator(`dependency_${index}`, { ttl: 0 })(Indicator);
  return Indicator;
}

const HANDLERS = {
  async start({ adapter, indicators, refresh }) {
    const server = await listen(
      {
        imports: [
          HealthModule.forRoot({ endpoints: { deep: { view: 'full' } } }),
          HealthDashboardModule.forRoot({ refresh }),
        ],
        providers: Array.from({ length: indicators }, (_, index) => createIndicator(index)),
      },
      adapter,
    );
    return { port: server.address().port };
  },
  async memory() {
    // The second collection frees what became unreachable by the first.
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed + external };
  },
  async change() {
    isFailing = !isFailing;
    return {};
  },
  async serialisations() {
    return { serialisations };
  },
};

process.on('message', (message) => {
  void HANDLERS[message.type](message).then((response) => process.send(response));
});
process.on('disconnect', () => process.exit());
