/** Runs one subject in a separate process. Its parent sends the name of the subject, and receives the port. */
import { respondInProcess } from './in-process/respond.mjs';

const STARTERS = {
  'node-http': async () => (await import('./applications/node-http.mjs')).startNodeHttp,
  bare: async () => (await import('./applications/bare-controller.mjs')).startBareController,
  vitals: async () => (await import('./applications/vitals.mjs')).startVitals,
  peer: async () => (await import('./applications/peers.mjs')).startPeer,
  terminus: async () => (await import('./applications/terminus.mjs')).startTerminus,
};

let server;

const HANDLERS = {
  async start({ subject, expected }) {
    const start = await STARTERS[subject.kind]();
    server = await start(subject, expected);
    return { port: server.address().port };
  },
  usage: async () => process.cpuUsage(),
  'respond in process': (requests) => respondInProcess(server, requests),
};

process.on('message', (message) => {
  void HANDLERS[message.type](message).then((response) => process.send(response));
});
process.on('disconnect', () => process.exit());
