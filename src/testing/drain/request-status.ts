import { type Agent, request } from 'node:http';

/** Sends a GET and resolves to the status code when the response is complete. Rejects without a complete response. */
export function requestStatus(url: string, agent: Agent | false, timeout: number, userAgent: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { 'user-agent': userAgent } }, (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    const timer = setTimeout(() => sent.destroy(new Error(noResponse(timeout))), timeout);
    sent.on('close', () => clearTimeout(timer));
    sent.on('error', reject);
    sent.end();
  });
}

export const noResponse = (timeout: number): string => `no response within ${timeout} ms`;
