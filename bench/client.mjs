/** The load, in a process of its own that serves the whole run: it is warm when the first subject is measured. */
import autocannon from 'autocannon';

/** How often, in milliseconds, autocannon looks whether its time is over. */
const SAMPLE = 100;

process.on('message', (load) => {
  void put(load).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());

async function put({ url, connections, duration }) {
  const result = await autocannon({ url, connections, duration, pipelining: 1, sampleInt: SAMPLE });
  return {
    seconds: (result.finish - result.start) / 1000,
    answered: result['2xx'],
    refused: result.non2xx,
    errors: result.errors,
    timeouts: result.timeouts,
    usage: process.cpuUsage(),
  };
}
