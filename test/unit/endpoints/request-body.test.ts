import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeUnended, readStream } from '../../../src/endpoints/request-body.js';
import type { RequestBody } from '../../../src/extension/health-actions.js';

describe('the body of a request', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const received = (headers: IncomingMessage['headers'] = { 'content-length': '10' }) => {
    const request = new IncomingMessage(new Socket());
    Object.assign(request.headers, headers);
    return request;
  };
  /** Like Node's parser at the end of a body. */
  const end = (request: IncomingMessage): void => {
    request.complete = true;
    request.push(null);
  };

  it('is read until its end', async () => {
    const request = received();
    const reading = readStream(request);
    request.push('12345');
    request.push('67890');
    end(request);
    expect(await reading).toEqual({ kind: 'bytes', bytes: Buffer.from('1234567890') });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is incomplete when it has not ended after 5 s', async () => {
    const request = received();
    const ended = vi.fn<(body: RequestBody) => void>();
    const reading = readStream(request).then(ended);
    request.push('12345');
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await reading;
    expect(ended.mock.calls).toEqual([[{ kind: 'incomplete' }]]);
  });

  describe('after the response', () => {
    const respond = (request: IncomingMessage): void => {
      const response = new ServerResponse(request);
      closeUnended(request, response);
      response.emit('finish');
    };

    it('has 2 s to end, then the connection is closed', async () => {
      const request = received({ 'transfer-encoding': 'chunked' });
      respond(request);
      await vi.advanceTimersByTimeAsync(1999);
      expect(request.socket.destroyed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(request.socket.destroyed).toBe(true);
    });

    it.each([
      ['a body that ends within them', received(), true],
      ['a request without a body', received({}), false],
    ])('leaves the connection open after %s', async (_kind, request, endsLater) => {
      respond(request);
      if (endsLater) end(request.resume());
      await vi.advanceTimersByTimeAsync(5000);
      expect(request.socket.destroyed).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
