export type { HealthAlertsOptions } from './alerts-options.js';
export { HealthAlertsModule } from './health-alerts.module.js';
export type { HealthAlertsAsyncOptions } from './health-alerts.module.js';
export { webhook } from './webhook.js';
export type { AlertFormat, AlertTarget, WebhookOptions } from './webhook.js';
