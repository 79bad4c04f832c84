import { ConsulApi } from '../../../src/stores/consul/consul-api.js';
import { ConsulBackend } from '../../../src/stores/consul/consul-backend.js';
import { expect, it, onTestFinished, vi } from 'vitest';
import { sleep } from '../../../src/core/async.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const url = new URL('http://127.0.0.1:8500');

it('discards no expired entry whose key addresses another key in a URL', async () => {
  const end = new AbortController();
  const deleted: string[] = [];
  const entries = ['../victim', 'a?recurse=', 'gone'].map((name) => ({
    Key: `orders/fleet/${name}`,
    Value: Buffer.from('~1000:value').toString('base64'),
    ModifyIndex: 7,
  }));
  vi.stubGlobal('fetch', async (target: URL, { method }: RequestInit): Promise<Response> => {
    if (method === 'DELETE') deleted.push(`${target.pathname}${target.search}`);
    if (target.searchParams.has('wait')) await sleep(55_000, end.signal);
    if (target.pathname === '/v1/status/leader') return new Response('"127.0.0.1:8300"');
    const headers = { 'x-consul-index': '7' };
    return new Response(method === 'GET' ? JSON.stringify(entries) : 'true', { headers });
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const snapshot = vi.fn<() => void>();
  const backend = new ConsulBackend(new ConsulApi({ url, token: undefined }), 'orders', 2000);
  const over = backend.follow('fleet', { snapshot, put: () => undefined, remove: () => undefined }, end.signal);
  over.catch(() => undefined);
  await advance(600_000);
  expect(snapshot).toHaveBeenCalledOnce();
  expect(deleted).toEqual(['/v1/kv/orders/fleet/gone?cas=7']);
  end.abort();
  await expect(over).rejects.toThrow('aborted');
});
