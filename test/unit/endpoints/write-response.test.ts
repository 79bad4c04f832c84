import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { healthRequest } from '../../support/health-request.js';
import { describe, expect, it, vi } from 'vitest';
import { finishHead, finishResponse } from '../../../src/endpoints/health-response.js';
import type { EndpointOutlet } from '../../../src/extension/health-endpoints.js';
import { type AdapterResponse, writeResponse } from '../../../src/endpoints/write-response.js';

const finished = finishResponse(503, { 'x-health-status': 'DOWN' }, { status: 'DOWN' });

/** A response of Node that records the calls on it. */
function nodeResponse(): { response: ServerResponse; calls: unknown[][] } {
  const response = new ServerResponse({ method: 'GET' } as IncomingMessage);
  Object.defineProperty(response, 'socket', { value: {}, writable: true });
  const calls: unknown[][] = [];
  const prototype = Object.create(ServerResponse.prototype as object) as object;
  Object.assign(prototype, {
    writeHead: (...given: unknown[]) => (calls.push(['writeHead', ...given]), response),
    end: (...given: unknown[]) => (calls.push(['end', ...given]), response),
  });
  Object.setPrototypeOf(response, prototype);
  return { response, calls };
}

/** A reply of Fastify that records the calls on it. */
function headRouteOnSendHandler(): void {}

/** The hooks are stored where Fastify stores them. */
const context = Symbol('fastify.context');

function fastifyReply({
  sent = false,
  headers = {},
  hooks = null,
}: { sent?: boolean; headers?: Readonly<Record<string, string>>; hooks?: readonly (() => void)[] | null } = {}): {
  reply: AdapterResponse;
  raw: ServerResponse;
  calls: unknown[][];
} {
  const { response: raw, calls } = nodeResponse();
  const reply = {
    raw,
    request: { ...healthRequest(), [context]: { onSend: hooks } },
    sent,
    code: (statusCode: number) => (calls.push(['code', statusCode]), reply),
    headers: (given: object) => (calls.push(['headers', given]), reply),
    getHeaders: () => headers,
    getHeader: (name: string) => headers[name],
    hijack: () => calls.push(['hijack']),
    send: (body: string | Buffer) => calls.push(['send', body]),
  };
  return { reply, raw, calls };
}

const throughFastify = [
  ['code', 503],
  ['headers', finished.headers],
  ['send', finished.body],
];

describe('writeResponse', () => {
  it('passes the finished bytes to the response of Node on Express', () => {
    const { response, calls } = nodeResponse();
    writeResponse(response, finished);
    expect(calls).toStrictEqual([
      ['writeHead', 503, finished.headers],
      ['end', finished.body, 'latin1'],
    ]);
  });

  it('passes headers that middleware may change for this response only', () => {
    const { response, calls } = nodeResponse();
    writeResponse(response, finished);
    expect(calls[0]?.[2]).not.toBe(finished.headers);
  });

  it('writes nothing after another response', () => {
    const { response, calls } = nodeResponse();
    vi.spyOn(response, 'headersSent', 'get').mockReturnValue(true);
    writeResponse(response, finished);
    expect(calls).toStrictEqual([]);
  });

  it('bypasses Fastify when Fastify has nothing to add', () => {
    const { reply, calls } = fastifyReply();
    writeResponse(reply, finished);
    expect(calls).toStrictEqual([['hijack'], ['writeHead', 503, finished.fields], ['end', finished.body, 'latin1']]);
  });

  it('goes through Fastify when a plugin has set headers', () => {
    const { reply, calls } = fastifyReply({ headers: { 'x-plugin': '1' } });
    writeResponse(reply, finished);
    expect(calls).toStrictEqual(throughFastify);
  });

  it('goes through Fastify when a middleware has replaced writeHead', () => {
    const { reply, raw, calls } = fastifyReply();
    Object.defineProperty(raw, 'writeHead', { value: () => raw });
    writeResponse(reply, finished);
    expect(calls).toStrictEqual(throughFastify);
  });

  it('goes through Fastify when the application has onSend hooks', () => {
    const { reply, calls } = fastifyReply({ hooks: [() => undefined] });
    writeResponse(reply, finished);
    expect(calls).toStrictEqual(throughFastify);
  });

  it('bypasses Fastify when the only hook is its own for HEAD', () => {
    const { reply, calls } = fastifyReply({ hooks: [headRouteOnSendHandler.bind(undefined)] });
    writeResponse(reply, finished);
    expect(calls[0]).toStrictEqual(['hijack']);
  });

  it('goes through Fastify when its hooks cannot be found', () => {
    const { reply, calls } = fastifyReply();
    writeResponse(Object.assign(reply, { request: healthRequest() }), finished);
    expect(calls).toStrictEqual(throughFastify);
  });

  it('keeps the names that other code has added to Vary', () => {
    const varying = finishResponse(200, { vary: 'accept' }, {});
    const express = nodeResponse();
    express.response.setHeader('Vary', ['Origin', 'Accept-Encoding']);
    writeResponse(express.response, varying);
    const fastify = fastifyReply({ headers: { vary: 'Origin, Accept' } });
    writeResponse(fastify.reply, varying);
    expect(express.calls[0]?.[2]).toMatchObject({ vary: 'Origin, Accept-Encoding, accept' });
    expect(fastify.calls[1]).toStrictEqual(['headers', { ...varying.headers, vary: 'Origin, accept' }]);
  });

  it('writes nothing to a reply that was already sent', () => {
    const { reply, calls } = fastifyReply({ sent: true });
    writeResponse(reply, finished);
    expect(calls).toStrictEqual([]);
  });
});

describe('a streamed response', () => {
  const headers = { 'content-type': 'text/event-stream' };

  it('has its head written without the adapter, with the headers of plugins, and is then opened', () => {
    const opened: EndpointOutlet[] = [];
    const stream = finishHead(200, headers, (outlet) => opened.push(outlet));
    const express = nodeResponse();
    writeResponse(express.response, stream);
    const fastify = fastifyReply({ headers: { 'x-plugin': '1' } });
    writeResponse(fastify.reply, stream);
    expect(express.calls).toStrictEqual([['writeHead', 200, headers]]);
    expect(fastify.calls).toStrictEqual([['hijack'], ['writeHead', 200, { 'x-plugin': '1', ...headers }]]);
    expect(opened).toHaveLength(2);
  });

  it('ends with its head for HEAD, and does not begin after another response', () => {
    const open = vi.fn<(outlet: EndpointOutlet) => void>();
    const stream = finishHead(200, headers, open);
    const head = nodeResponse();
    head.response.req.method = 'HEAD';
    writeResponse(head.response, stream);
    expect(head.calls.map(([name]) => name)).toEqual(['writeHead', 'end']);
    writeResponse(fastifyReply({ sent: true }).reply, stream);
    const responded = nodeResponse();
    vi.spyOn(responded.response, 'headersSent', 'get').mockReturnValue(true);
    writeResponse(responded.response, stream);
    expect(responded.calls).toEqual([]);
    expect(open).not.toHaveBeenCalled();
  });

  it('is opened when a pipelined response gets its socket, and not earlier', () => {
    const opened: EndpointOutlet[] = [];
    const { response } = nodeResponse();
    Object.assign(response, { socket: null });
    writeResponse(
      response,
      finishHead(200, headers, (outlet) => opened.push(outlet)),
    );
    expect(opened).toHaveLength(0);
    response.emit('socket');
    expect(opened).toHaveLength(1);
  });

  it('writes nothing into a response that has ended', () => {
    let outlet: EndpointOutlet | undefined;
    const response = new ServerResponse({ method: 'GET' } as IncomingMessage);
    const socket = Object.assign(new PassThrough(), { _httpMessage: null });
    response.assignSocket(socket as unknown as Socket);
    socket.cork();
    writeResponse(
      response,
      finishHead(200, headers, (given) => (outlet = given)),
    );
    const closed = vi.fn<() => void>();
    outlet?.onClose(closed);
    outlet?.write(Buffer.from('one'));
    expect(outlet?.pending).toBeGreaterThan(0);
    const before = outlet?.pending;
    outlet?.end();
    outlet?.write(Buffer.from('two'));
    expect(outlet?.pending).toBeLessThanOrEqual(Number(before) + 100);
    response.emit('error', new Error('gone'));
    response.emit('close');
    expect(closed).toHaveBeenCalledOnce();
  });
});
