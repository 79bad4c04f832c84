import { NodemailerIndicator } from 'nest-vitals/nodemailer';
import { createTransport } from 'nodemailer';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { smtp } from '../../support/servers/smtp.js';

const MAILER = Symbol('MAILER');

describeFaults('NodemailerIndicator', {
  server: smtp,
  indicator: 'mail',
  application: ({ host, port, user, password: pass }) => {
    const transporter = createTransport({ host, port, auth: { user, pass }, pool: true });
    const lifecycle = { onApplicationShutdown: () => transporter.close() };
    const mail = moduleNamed('MailModule', {
      providers: [
        { provide: MAILER, useValue: transporter },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [mail], providers: [NodemailerIndicator('mail', { transporter: MAILER })] };
  },
  data: { pending_messages: 0 },
  work: ({ app }) =>
    app.get(MAILER).sendMail({ from: 'orders@localhost', to: 'shop@localhost', subject: 'order 1', text: 'paid' }),
  emitters: ({ app }) => [app.get(MAILER), app.get(MAILER).transporter],
});
