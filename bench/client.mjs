/** The load, in a process of its own that serves the whole run: it is warm when the first subject is measured. */
import autocannon from 'autocannon';

process.on('message', (load) => {
  void send(load).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());

async function send({ url, connections, amount }) {
  // The interval in which autocannon samples is also the time after which it notices that all responses are there.
  const result = await autocannon({ url, connections, amount, pipelining: 1, sampleInt: 50 });
  return { answered: result['2xx'], refused: result.non2xx, errors: result.errors, timeouts: result.timeouts };
}
