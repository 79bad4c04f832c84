export { NodemailerIndicator } from './nodemailer.indicator.js';
export type { NodemailerIndicatorOptions } from './nodemailer.indicator.js';
export type { NodemailerTransporter } from './nodemailer-transporter.js';
