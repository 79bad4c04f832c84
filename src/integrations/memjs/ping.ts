import { ClientCalls } from '../../clients/client-calls.js';
import { type MemJsClient, type MemJsServer, type MemJsSocket, addressOf, socketOf } from './memjs-client.js';

type Stats = Readonly<Record<string, string>>;

/** What a server said of itself, or why it did not. */
export type ServerAnswer = { readonly stats: Stats } | { readonly address: string; readonly error: unknown };

/** Of all indicators: two that look at one client share its question, too. */
const calls = new ClientCalls<readonly ServerAnswer[]>();

/** Asks every server of the client for its state, with one question to each at a time. */
export function askServers(client: MemJsClient, signal: AbortSignal): Promise<readonly ServerAnswer[]> {
  return calls.call(client, signal, async () => {
    const questions = new Map(client.servers.map((server) => [addressOf(server), new Question(server)]));
    // There is no taking it back: it ends when all servers have answered, or the client has given up on them.
    client.stats((error, address, stats) => questions.get(address)?.end(error, stats));
    for (const question of questions.values()) question.watch();
    return Promise.all([...questions.values()].map(({ answer }) => answer));
  });
}

/** What is under way to one server. */
class Question {
  readonly answer: Promise<ServerAnswer>;
  readonly #server: MemJsServer;
  #socket: MemJsSocket | undefined;
  #settle: (answer: ServerAnswer) => void = () => undefined;

  constructor(server: MemJsServer) {
    this.#server = server;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Of what was under way when a server hangs up, the client never calls back. */
  watch(): void {
    this.#socket = socketOf(this.#server);
    this.#socket?.once('close', this.#onClose);
  }

  end(error: unknown, stats: Stats | null): void {
    this.#socket?.off('close', this.#onClose);
    if (stats) {
      this.#settle({ stats });
      return;
    }
    this.#discard();
    this.#settle({ address: addressOf(this.#server), error: explain(error) });
  }

  readonly #onClose = (): void =>
    this.end(Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' }), null);

  /**
   * The client says goodbye to a server that is too slow, and keeps the socket until that has answered, which a frozen
   * one does not do. When the socket closes at last, the client would take that for the end of the one it has by then.
   */
  #discard(): void {
    if (!this.#socket || socketOf(this.#server) === this.#socket) return;
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

/** `memjs` tells of what takes too long by words alone, and of a refused password by a text that is no error. */
function explain(error: unknown): unknown {
  if (typeof error === 'string') return new Error(error);
  if (!(error instanceof Error) || !error.message.startsWith('socket timed out')) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: 'ETIMEDOUT' });
}
