import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type ParsedMail, simpleParser } from 'mailparser';
import { type Transporter, createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A mail server that keeps its messages, and a transporter that is connected to it. */
export interface Mailbox {
  readonly transporter: Transporter;
  readonly received: ParsedMail[];
  /** The status and text with which the server refuses the next message. Undefined: it accepts the message. */
  refuse: readonly [status: number, text: string] | undefined;
  /** Addresses that the server refuses. */
  readonly unknown: Set<string>;
  /** Whether the server does not respond to messages. */
  isSilent: boolean;
}

export async function startMailbox(): Promise<Mailbox> {
  const received: ParsedMail[] = [];
  const receive = async (stream: Readable, done: (error: Error | null) => void): Promise<void> => {
    const mail = await simpleParser(stream);
    if (mailbox.isSilent) return;
    if (!mailbox.refuse) received.push(mail);
    done(mailbox.refuse ? failure(...mailbox.refuse) : null);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, done) => {
      done(mailbox.unknown.has(address) ? failure(550, `no mailbox ${address}`) : null);
    },
    onData: (stream, _session, done) => void receive(stream, done),
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const transporter = createTransport({ host: '127.0.0.1', port });
  onTestFinished(async () => {
    transporter.close();
    for (const connection of server.connections) connection.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });
  const mailbox: Mailbox = { transporter, received, refuse: undefined, unknown: new Set(), isSilent: false };
  return mailbox;
}

const failure = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });
