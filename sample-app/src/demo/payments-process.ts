import { ServiceProcess } from './service-process.js';

const PROGRAM = { name: 'payments service', file: '../payments-service/main.js', variable: 'PAYMENTS_PORT' };

/** The payments service. */
export class PaymentsProcess extends ServiceProcess {
  constructor(port: number, output?: 'inherit' | 'ignore') {
    super(PROGRAM, port, output);
  }
}
