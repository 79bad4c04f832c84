import { type AddressInfo, type Socket, createConnection, createServer } from 'node:net';
import type { ModuleMetadata } from '@nestjs/common';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { NodemailerIndicator, type NodemailerIndicatorOptions } from 'nest-vitals/nodemailer';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { smtp } from '../../support/servers/smtp.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const MAILER = Symbol('MAILER');
const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });

const root = (options: NodemailerIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [NodemailerIndicator('mail', options)],
});

const detailOf = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['mail'];

/** A mail server in this process, for responses that `smtp-server` does not send. */
async function rudeServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => onConnection(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describeWith(smtp, 'the transporter of a NodemailerIndicator', (server) => {
  it('can be passed itself, or be found by a token, and leaves no connection open', async () => {
    const { host, port, user, password: pass } = server().address();
    const transporter = createTransport({ host, port, auth: { user, pass } });
    const mail = moduleNamed('MailModule', { providers: [{ provide: MAILER, useValue: transporter }] });
    const application = await startApplication('express', {
      imports: [health, mail],
      providers: [
        NodemailerIndicator('by_itself', { transporter }),
        NodemailerIndicator('by_token', { transporter: MAILER }),
      ],
    });
    for (let probes = 0; probes < 5; probes += 1) {
      const response = await application.get('/health/ready');
      expect(statusesIn(response)).toEqual({ by_itself: 'UP', by_token: 'UP' });
    }
    await vi.waitFor(() => expect(openSockets(port)).toBe(0), SOON);
    expect(transporter.options).not.toHaveProperty('socketTimeout');
  });

  it.each([false, true])('is DOWN when the server refuses the login, with a pool: %s', async (pool) => {
    const { host, port, user } = server().address();
    const transporter = createTransport({ host, port, auth: { user, pass: 'wrong-secret' }, pool });
    onTestFinished(() => transporter.close());
    const application = await startApplication('express', root({ transporter }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'the server refused the credentials (status 535)',
      code: 'EAUTH',
    });
    const { text } = application.log;
    expect(text).toContain('mail is DOWN');
    expect(text).not.toContain('wrong-secret');
  });

  it("uses the transporter's own connection to the proxy", async () => {
    const { user, password: pass, port } = server().address();
    const transporter = createTransport({
      host: 'mail.invalid',
      port: 25,
      auth: { user, pass },
      proxy: 'test://proxy',
    });
    const proxied: unknown[] = [];
    transporter.set('proxy_handler_test', (_proxy, options, done) => {
      proxied.push(options.host);
      const socket = createConnection({ host: '127.0.0.1', port }, () => done(null, { connection: socket }));
    });
    const application = await startApplication('express', root({ transporter }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    expect(proxied).toEqual(['mail.invalid']);
  });

  it('closes the connection to a server that sends no greeting, after the timeout', async () => {
    const { host, user, password: pass } = server().address();
    const sockets: Socket[] = [];
    const port = await rudeServer((socket) => sockets.push(socket));
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        NodemailerIndicator('mail', {
          transporter: createTransport({ host, port, auth: { user, pass } }),
          timeout: 100,
        }),
      ],
    });
    expect(await detailOf(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    // Without the limit of the indicator, nodemailer would wait for 30 seconds.
    await vi.waitFor(() => expect(openSockets(port)).toBe(0), SOON);
    expect(sockets).toHaveLength(1);
  });
});

describe('a NodemailerIndicator', () => {
  it('is DOWN when the server refuses the connection in its greeting', async () => {
    const port = await rudeServer((socket) => socket.end('554 no service for you, secret-of-the-server\r\n'));
    const transporter = createTransport({ host: '127.0.0.1', port });
    const application = await startApplication('express', root({ transporter }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: 'the server responded with status 554',
    });
  });

  it('is DOWN when the server closes the connection before its greeting', async () => {
    const port = await rudeServer((socket) => socket.end());
    const application = await startApplication(
      'express',
      root({ transporter: createTransport({ host: '127.0.0.1', port }) }),
    );
    expect(await detailOf(application)).toMatchObject({ status: 'DOWN', error: 'connection reset' });
  });

  it('is DOWN with the reason when the certificate of the server is not trusted', async () => {
    const mails = new SMTPServer({ authOptional: true, disableReverseLookup: true });
    mails.on('error', () => undefined);
    await new Promise<void>((resolve) => mails.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => mails.close(resolve)));
    const { port } = mails.server.address() as AddressInfo;
    const transporter = createTransport({ host: '127.0.0.1', port, requireTLS: true });
    const application = await startApplication('express', root({ transporter }));
    expect(await detailOf(application)).toMatchObject({
      status: 'DOWN',
      error: expect.stringMatching(/^certificate /),
    });
  });
});

describe('a NodemailerIndicator without a usable transporter', () => {
  it.each([
    ['none is named', {} as NodemailerIndicatorOptions, 'it is missing'],
    ['none is provided', { transporter: MAILER }, 'no module provides its client under the token Symbol(MAILER)'],
    ['it is something else', { transporter: new Map() as never }, 'its client is an object instead of a transporter'],
    ['it only makes JSON', { transporter: createTransport({ jsonTransport: true }) }, 'cannot be verified'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('NodemailerIndicator("mail")');
    expect(String(error)).toContain(problem);
  });
});
