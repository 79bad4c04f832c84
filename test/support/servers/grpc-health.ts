import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { ServerKind } from './private-server.js';

const READY = 'gRPC server is ready';

/** A gRPC server in a separate process. The whole server is SERVING, and it has no named service. */
export const grpcHealth: ServerKind = {
  name: 'gRPC server',
  programs: [process.execPath],
  user: 'application',
  scheme: 'grpc:',
  command: ({ port }) => ({
    file: process.execPath,
    args: ['--eval', `${compiled()};exports.startHealthServer(${port}, statusOf).then(() => console.log('${READY}'))`],
    // The process runs in a temporary folder, from which the package cannot be resolved.
    environment: { NODE_PATH: join(import.meta.dirname, '../../../node_modules') },
  }),
  ready: new RegExp(READY),
};

function compiled(): string {
  const source = readFileSync(join(import.meta.dirname, 'grpc-health-server.ts'), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  return `${outputText};const statusOf = (service) => (service === '' ? 1 : undefined)`;
}
