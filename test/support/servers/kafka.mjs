// Runs the mock broker that is built into librdkafka, inside kcat, and forwards one port to it, because the mock broker
// takes a free port by itself. Usage: node kafka.mjs <kcat> <port>
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const [kcat, port] = process.argv.slice(2);

// A producer that waits for its input: it sends nothing, and ends with this process.
const broker = spawn(kcat, ['-X', 'test.mock.num.brokers=1', '-b', 'mock', '-d', 'mock', '-P', '-t', 'unused'], {
  stdio: ['pipe', 'ignore', 'pipe'],
});
broker.once('exit', () => process.exit(1));

const target = await new Promise((resolve) => {
  let output = '';
  broker.stderr.setEncoding('utf8').on('data', (text) => {
    // Read to the end: the broker stops when the pipe is full.
    if (output !== undefined) output += text;
    const found = /bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(output ?? '');
    if (!found) return;
    output = undefined;
    resolve(Number(found[1]));
  });
});

const server = createServer((client) => {
  const upstream = connect(target, '127.0.0.1');
  client.setNoDelay(true).pipe(upstream.setNoDelay(true)).pipe(client);
  client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('the broker is ready\n'));
