/** Sends the load. One process for the whole run, so that its code is compiled when the first subject is measured. */
import autocannon from 'autocannon';

process.on('message', (load) => {
  void send(load).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());

async function send({ url, connections, amount }) {
  // autocannon notices only at its next sample that all responses have arrived, so the interval is short.
  const result = await autocannon({ url, connections, amount, pipelining: 1, sampleInt: 50 });
  return { answered: result['2xx'], refused: result.non2xx, errors: result.errors, timeouts: result.timeouts };
}
