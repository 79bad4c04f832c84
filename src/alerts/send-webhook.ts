import type { Alert } from './alert.js';
import { RefusedError } from './delivery.js';
import type { AlertSender } from './alert-formats.js';
import { post } from './post.js';
import { signatureHeaders } from './signature.js';
import type { WebhookSettings } from './target-settings.js';

/** Sends an alert as a POST request. Rejects when the receiver does not accept it. */
export async function sendWebhook(
  { url, format, requestUrl, timeout, secret, headers }: WebhookSettings,
  alert: Alert,
  sender: AlertSender,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(format(alert, sender, text));
  const status = await post(
    {
      url: requestUrl?.(url, alert, sender) ?? url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'nest-vitals',
        ...headers,
        ...(secret !== undefined && signatureHeaders(secret, body, new Date())),
      },
      body,
      timeout,
    },
    signal,
  );
  if (status >= 200 && status < 300) return;
  // 408 and 429 are temporary: the receiver may accept the same request later.
  const isFinal = status < 500 && status !== 429 && status !== 408;
  throw new RefusedError(`HTTP status ${status}`, isFinal);
}
