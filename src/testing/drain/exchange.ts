import { type Agent, request } from 'node:http';

/** Sends a GET over node:http, and resolves to the status code when the whole answer has come. Rejects when none does. */
export function exchange(url: string, agent: Agent | false, timeout: number, userAgent: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { 'user-agent': userAgent } }, (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    const timer = setTimeout(() => sent.destroy(new Error(noAnswer(timeout))), timeout);
    sent.on('close', () => clearTimeout(timer));
    sent.on('error', reject);
    sent.end();
  });
}

export const noAnswer = (timeout: number): string => `no answer within ${timeout} ms`;
