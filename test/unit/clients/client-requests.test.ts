import { expect, it } from 'vitest';
import { ClientRequests } from '../../../src/clients/client-requests.js';
import { type Latch, latch } from '../../support/latch.js';

const client = {};
const { signal } = new AbortController();
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Requests whose responses the test controls, and the order in which they were sent. */
function recorded() {
  const requests = new ClientRequests<string>();
  const sent: string[] = [];
  const responses: Latch<string>[] = [];
  const send = (request: string, patience = signal): Promise<string> =>
    requests.send(client, request, patience, () => {
      const response = latch<string>();
      sent.push(request);
      responses.push(response);
      return response.promise;
    });
  return { send, sent, responses };
}

it('ClientRequests: callers with the same request share its response', async () => {
  const { send, sent, responses } = recorded();
  const both = Promise.all([send('depth'), send('depth')]);
  responses[0]?.open('3');
  expect(await both).toEqual(['3', '3']);
  expect(sent).toEqual(['depth']);
});

it('ClientRequests: a caller with another request waits for its own response', async () => {
  const { send, sent, responses } = recorded();
  const all = Promise.all([send('depth'), send('age'), send('age')]);
  await settled();
  expect(sent).toEqual(['depth']);
  responses[0]?.open('3');
  await settled();
  expect(sent).toEqual(['depth', 'age']);
  responses[1]?.open('7 s');
  expect(await all).toEqual(['3', '7 s', '7 s']);
});

it('ClientRequests: a request that fails rejects only for its own callers', async () => {
  const { send, responses } = recorded();
  const depth = send('depth');
  const age = send('age');
  responses[0]?.fail(new Error('there is no such queue'));
  await expect(depth).rejects.toThrow('there is no such queue');
  await settled();
  responses[1]?.open('7 s');
  expect(await age).toBe('7 s');
});

it('ClientRequests: a caller that aborts before its turn sends nothing', async () => {
  const { send, sent, responses } = recorded();
  const impatient = new AbortController();
  const depth = send('depth');
  const age = send('age', impatient.signal);
  impatient.abort(new Error('too late'));
  await expect(age).rejects.toThrow('too late');
  responses[0]?.open('3');
  expect(await depth).toBe('3');
  await settled();
  expect(sent).toEqual(['depth']);
});
