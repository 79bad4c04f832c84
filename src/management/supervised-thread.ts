import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { LoggerService } from '@nestjs/common';
import { THREAD_CODE } from './thread-code.js';
import type { FromThread, ThreadData, ToThread } from './thread/thread-messages.js';

/** Milliseconds before the thread is started again: doubled each time, because its port may be taken for a while. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;

/** The messages that the owner of the thread handles. */
export type ThreadMessage = Exclude<FromThread, { readonly type: 'listening' | 'failed' | 'closed' }>;

interface Events {
  readonly received: (message: ThreadMessage) => void;
  /** The thread has ended unexpectedly, and its state is lost. */
  readonly lost: () => void;
  /** A new thread listens at the same address. */
  readonly restarted: () => void;
}

/** The thread of the management port. It is started again if it ends unexpectedly, and does not keep the process alive. */
export class SupervisedThread {
  /** Rejects with the error of the first attempt to listen. */
  readonly listening: Promise<AddressInfo>;
  readonly #events: Events;
  readonly #logger: Pick<LoggerService, 'warn' | 'error'>;
  #data: ThreadData;
  #worker: Worker;
  #isRunning = true;
  #isStopped = false;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;
  #ended: () => void = () => undefined;

  constructor(data: ThreadData, events: Events, logger: Pick<LoggerService, 'warn' | 'error'>) {
    this.#data = data;
    this.#events = events;
    this.#logger = logger;
    this.#worker = this.#create();
    this.listening = this.#whenListening();
    this.listening.then(
      ({ port }) => (this.#data = { ...this.#data, port }),
      () => (this.#isStopped = true),
    );
  }

  send(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    if (this.#isRunning) this.#worker.postMessage(message);
  }

  /** Lets the thread finish its requests. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (!this.#isRunning) return;
    // Its messages must arrive even if nothing else keeps the process alive.
    this.#worker.ref();
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
      this.send({ type: 'close' });
    });
    await this.#worker.terminate();
  }

  #create(): Worker {
    // The thread must not use the loaders, hooks and variables of the application.
    const worker = new Worker(THREAD_CODE, {
      eval: true,
      workerData: this.#data,
      name: 'nest-vitals',
      execArgv: [],
      env: {},
    });
    worker.unref();
    worker.on('message', (message: FromThread) => {
      if (message.type === 'closed') this.#ended();
      else if (message.type !== 'listening' && message.type !== 'failed') this.#events.received(message);
    });
    worker.on('error', (error) => {
      this.#logger.error(`The thread of the management port has failed:\n${error.stack ?? error.message}`);
    });
    worker.once('exit', (code) => this.#onExit(code));
    this.#isRunning = true;
    return worker;
  }

  #whenListening(): Promise<AddressInfo> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.type === 'listening') resolve(message.address);
        else if (message.type === 'failed') reject(Object.assign(new Error(message.message), { code: message.code }));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread has ended with exit code ${code}`)));
    });
  }

  #onExit(code: number): void {
    this.#isRunning = false;
    this.#ended();
    if (this.#isStopped) return;
    this.#events.lost();
    const pause = this.#pause;
    this.#pause = Math.min(LONGEST_PAUSE, 2 * pause);
    this.#logger.error(
      `The thread of the management port has ended (exit code ${code}). It starts again in ${pause} ms.`,
    );
    this.#timer = setTimeout(() => this.#restart(), pause).unref();
  }

  #restart(): void {
    this.#worker = this.#create();
    this.#whenListening().then(
      () => {
        this.#pause = FIRST_PAUSE;
        this.#events.restarted();
      },
      // A thread that cannot listen continues without a port, so it is ended and started again.
      () => void this.#worker.terminate(),
    );
  }
}
