import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

/** Receives the alerts of the instances. */
export class AlertReceiver {
  messages = [];
  #server = createServer((request, response) => {
    json(request).then(
      (message) => this.messages.push(message),
      () => undefined,
    );
    response.end();
  });

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
