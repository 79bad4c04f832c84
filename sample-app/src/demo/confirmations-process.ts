import { ServiceProcess } from './service-process.js';

const PROGRAM = { name: 'confirmations worker', file: '../confirmations-worker/main.js', variable: 'WORKER_PORT' };

/** The worker that sends confirmations. Messages to its process replace a queue. */
export class ConfirmationsProcess extends ServiceProcess {
  constructor(port: number, output?: 'inherit' | 'ignore') {
    super(PROGRAM, port, output);
  }

  confirm(orderId: string): void {
    this.send({ orderId });
  }
}
