/** Runs one subject in a separate process. Its parent sends the name of the subject, and receives the port. */

const STARTERS = {
  'node-http': async () => (await import('./applications/node-http.mjs')).startNodeHttp,
  bare: async () => (await import('./applications/bare-controller.mjs')).startBareController,
  vitals: async () => (await import('./applications/vitals.mjs')).startVitals,
  peer: async () => (await import('./applications/peers.mjs')).startPeer,
  terminus: async () => (await import('./applications/terminus.mjs')).startTerminus,
};

const HANDLERS = {
  async start({ subject, body }) {
    const start = await STARTERS[subject.kind]();
    return { port: await start(subject, body) };
  },
  usage: async () => process.cpuUsage(),
};

process.on('message', (message) => {
  void HANDLERS[message.type](message).then((response) => process.send(response));
});
process.on('disconnect', () => process.exit());
