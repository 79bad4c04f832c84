/** Sends the load. One process for the whole run, so that its code is compiled when the first subject is measured. */
import autocannon from 'autocannon';

process.on('message', (load) => {
  void send(load).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());

async function send({ url, connections, amount }) {
  // autocannon detects the last response only at its next sample, so the interval is short.
  const result = await autocannon({ url, connections, amount, pipelining: 1, sampleInt: 50 });
  return { succeeded: result['2xx'], failed: result.non2xx, errors: result.errors, timeouts: result.timeouts };
}
