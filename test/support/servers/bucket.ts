import type { ServerKind } from './private-server.js';

const READY = 'bucket is ready';

/** Written as text, because another process runs it. */
const SERVER = `
  const { createServer } = require('node:http');
  const { PORT, LOGIN } = process.env;
  createServer((request, response) => {
    const isKnown = (request.headers.authorization ?? '').includes('Credential=' + LOGIN + '/');
    const isHead = request.method === 'HEAD' && new URL(request.url, 'http://localhost').pathname.startsWith('/orders');
    response.writeHead(!isKnown ? 403 : isHead ? 200 : 404, { 'x-amz-bucket-region': 'eu-central-1' }).end();
  }).listen(Number(PORT), '127.0.0.1', () => console.log('${READY}'));
`;

/** A fake S3 server with the bucket `orders`, in a separate process. It knows one access key and checks no signature. */
export const bucketServer: ServerKind = {
  name: 'fake S3 server',
  programs: [process.execPath],
  user: 'application',
  scheme: 'http:',
  command: ({ port, user }) => ({
    file: process.execPath,
    args: ['--eval', SERVER],
    environment: { PORT: `${port}`, LOGIN: user },
  }),
  ready: new RegExp(READY),
};
