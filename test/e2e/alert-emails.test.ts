import { HealthModule, down, up } from 'nest-vitals';
import { type EmailOptions, HealthAlertsModule, email } from 'nest-vitals/alerts';
import { describe, expect, it } from 'vitest';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { type Mailbox, startMailbox } from '../support/mailbox.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 10 };
const MALICIOUS = '<img src=x onerror="alert(1)"> & \'gone\'\r\nBcc: thief@example.com';
const OTHER = 'second@example.com';

interface Setup {
  readonly application: TestApplication;
  readonly stock: FakeIndicatorClass;
  readonly mailbox: Mailbox;
}

async function start(options: Partial<EmailOptions> = {}): Promise<Setup> {
  const mailbox = await startMailbox();
  const stock = FakeIndicator('stock', () => up(), { ttl: 0 });
  const target = email({
    transporter: mailbox.transporter,
    from: 'Orders <orders@example.com>',
    recipients: ['first@example.com', OTHER],
    ...options,
  });
  const application = await startApplication(ADAPTERS[0], {
    imports: [
      HealthAlertsModule.forRoot({ targets: [target], debounce: 0, instance: 'host-1' }),
      HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } }),
    ],
    providers: [stock],
  });
  return { application, stock, mailbox };
}

const fail = async ({ application, stock }: Setup, reason = 'gone'): Promise<void> => {
  stock.behaviour = () => down(reason);
  await application.get('/health/deep');
};

describe('alerts by e-mail', () => {
  it('sends a message about an outage, and one about the recovery in the same thread', async () => {
    const setup = await start();
    const { application, stock, mailbox } = setup;
    await fail(setup);
    await expect.poll(() => mailbox.received.length, PATIENCE).toBe(1);
    stock.behaviour = () => up();
    await application.get('/health/deep');
    await expect.poll(() => mailbox.received.length, PATIENCE).toBe(2);

    const [outage, recovery] = mailbox.received;
    expect(outage?.subject).toBe('🔴 [orders, test] stock is DOWN: gone');
    expect(outage?.from?.text).toBe('"Orders" <orders@example.com>');
    expect([outage?.to].flat().map((address) => address?.text)).toEqual(['first@example.com, second@example.com']);
    expect(outage?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(outage?.messageId).toMatch(/^<[0-9a-f]{32}\.down@example\.com>$/);
    expect(outage?.inReplyTo).toBeUndefined();
    expect(outage?.text).toMatch(
      /^stock is DOWN: gone\n\nIndicator: stock\nStatus: DOWN\nCritical: yes\nError: gone\nSince: \S+Z\nService: orders\nVersion: 1\.4\.2\nEnvironment: test\nInstance: host-1\n*$/,
    );
    expect(outage?.html).toContain('<td>gone</td>');

    expect(recovery?.subject).toMatch(/^🟢 \[orders, test\] stock is UP after \d+ m?s$/);
    expect(recovery?.inReplyTo).toBe(outage?.messageId);
    expect([recovery?.references].flat()).toEqual([outage?.messageId]);
    expect(recovery?.messageId).not.toBe(outage?.messageId);
    expect(recovery?.text).toMatch(/\nStatus: UP\n[^]*\nEnded: \S+Z\nDuration: \d+ m?s\n/);
  });

  it('shows markup and header lines in an error as text', async () => {
    const setup = await start();
    await fail(setup, MALICIOUS);
    await expect.poll(() => setup.mailbox.received.length, PATIENCE).toBe(1);
    const [mail] = setup.mailbox.received;
    expect(mail?.html).not.toContain('<img');
    expect(mail?.html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;gone&#39;');
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.bcc).toBeUndefined();
    expect(mail?.subject).toBe(`🔴 [orders, test] stock is DOWN: ${MALICIOUS.split('\r')[0]}`);
  });

  it('uses the text of the application, with its first line as the subject', async () => {
    const setup = await start({
      message: ({ name, text }) => `${name} <b>fails</b>\n${text}\nhttps://wiki.example/${name}`,
    });
    await fail(setup);
    await expect.poll(() => setup.mailbox.received.length, PATIENCE).toBe(1);
    const [mail] = setup.mailbox.received;
    expect(mail?.subject).toBe('🔴 [orders, test] stock <b>fails</b>');
    expect(mail?.text).toContain(
      'stock <b>fails</b>\nstock is DOWN: gone\nhttps://wiki.example/stock\n\nIndicator: stock',
    );
    expect(mail?.html).toContain('stock &lt;b&gt;fails&lt;/b&gt;<br>stock is DOWN: gone<br>https://wiki.example/stock');
  });

  it('repeats the attempt with the same message id after a temporary refusal', async () => {
    const setup = await start();
    const { mailbox } = setup;
    mailbox.refuse = [451, 'try later'];
    const refused = new Promise<void>((resolve) => {
      const send = mailbox.transporter.sendMail.bind(mailbox.transporter);
      mailbox.transporter.sendMail = (mail: Parameters<typeof send>[0]) => {
        ids.push(mail.messageId);
        return send(mail).catch((error: unknown) => {
          mailbox.refuse = undefined;
          resolve();
          throw error;
        });
      };
    });
    const ids: unknown[] = [];
    await fail(setup);
    await refused;
    await expect.poll(() => mailbox.received.length, PATIENCE).toBe(1);
    expect(ids).toEqual([mailbox.received[0]?.messageId, mailbox.received[0]?.messageId]);
    expect(setup.application.log.health('error')).toEqual([]);
  });

  it('logs a final refusal once, without the text of the server and without addresses', async () => {
    const setup = await start();
    setup.mailbox.refuse = [554, 'spam of orders@example.com, hidden'];
    await fail(setup);
    await expect
      .poll(() => setup.application.log.health('error'), PATIENCE)
      .toEqual(['The alert "stock is DOWN" was not delivered to e-mail after 1 attempt: SMTP status 554']);
    expect(setup.application.log.text).not.toMatch(/example\.com|hidden/);
  });

  it('logs that a recipient was refused, and sends the message to the others once', async () => {
    const setup = await start();
    setup.mailbox.unknown.add(OTHER);
    await fail(setup);
    await expect
      .poll(() => setup.application.log.health('error'), PATIENCE)
      .toEqual([
        'The alert "stock is DOWN" was not delivered to e-mail after 1 attempt: the mail server refused 1 of 2 recipients',
      ]);
    expect(setup.mailbox.received).toHaveLength(1);
  });

  it('aborts an attempt that takes too long', async () => {
    const setup = await start({ timeout: 300, retries: 0 });
    setup.mailbox.isSilent = true;
    const signals: AbortSignal[] = [];
    const { transporter } = setup.mailbox;
    const send = transporter.sendMail.bind(transporter);
    const ended = new Promise<string>((resolve) => {
      transporter.sendMail = (mail: Parameters<typeof send>[0]) => {
        signals.push(mail.signal as AbortSignal);
        return send(mail).catch((error: Error) => {
          resolve(error.name);
          throw error;
        });
      };
    });
    await fail(setup);
    await expect
      .poll(() => setup.application.log.health('error').join('\n'), PATIENCE)
      .toContain('was not delivered to e-mail after 1 attempt: timed out');
    // nodemailer itself ends the attempt, so it keeps no connection open.
    expect(await ended).toBe('AbortError');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it.each([
    [{ transporter: undefined }, 'targets[0], transporter'],
    [{ transporter: {} }, 'targets[0], transporter'],
    [{ from: undefined }, 'targets[0], from'],
    [{ from: 'nobody' }, 'targets[0], from'],
    [{ recipients: [] }, 'targets[0], recipients'],
    [{ recipients: 'first@example.com\nBcc: thief@example.com' }, 'targets[0], recipients'],
    [{ message: 'text' }, 'targets[0], message'],
    [{ url: 'http://mail' }, 'targets[0]'],
  ])('refuses to start with %j', async (options, place) => {
    expect(await start(options as Partial<EmailOptions>).catch(String)).toContain(place);
  });
});
