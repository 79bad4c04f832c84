export type { AlertDetails, AlertMessage } from './alert-text.js';
export type { HealthAlertsOptions } from './alerts-options.js';
export { email } from './email.js';
export type { AlertMail, EmailOptions, EmailTarget, MailSender } from './email.js';
export { HealthAlertsModule } from './health-alerts.module.js';
export type { HealthAlertsAsyncOptions } from './health-alerts.module.js';
export { webhook } from './webhook.js';
export type { AffectedInstances } from './alert.js';
export type { AlertFormat, AlertTarget, WebhookOptions, WebhookTarget } from './webhook.js';
