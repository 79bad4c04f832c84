import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mainConfiguration } from '../../../bench/rolling-restart/balancers/nginx.mjs';
import { opsConfiguration, withAddresses } from '../../../bench/rolling-restart/balancers/ops-configuration.mjs';
import { run } from '../../../bench/rolling-restart/balancers/private-process.mjs';
import { codeBlocks } from '../../support/code-blocks.js';
import { isAvailable } from '../balancers/is-available.js';

const root = join(import.meta.dirname, '../../..');
const filesIn = (folder: string): string[] => readdirSync(join(root, 'ops', folder)).map((name) => `${folder}/${name}`);
const HAPROXY = filesIn('haproxy');
const NGINX = filesIn('nginx');
/** The configurations that the tests of rolling restarts load. */
const OTHERS = ['apache', 'caddy', 'varnish'].flatMap(filesIn);

/** A configuration with addresses on which no server needs to listen. */
function addressed(path: string): string {
  const configuration = opsConfiguration(path);
  const names = [...configuration.matchAll(/([\w-]+):3000\b/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(1);
  return withAddresses(configuration, {
    port: 8080,
    instances: names.map((name, index) => ({ name, port: 9001 + index })),
  });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Throws with the output of HAProxy if it rejects the configuration. */
function checkHaproxy(configuration: string): void {
  const file = join(temporaryFolder(), 'haproxy.cfg');
  writeFileSync(file, configuration);
  // -dW makes warnings fatal.
  run('haproxy', ['-c', '-dW', '-f', file]);
}

/** Throws with the output of nginx if it rejects the configuration. */
function checkNginx(configuration: string): void {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'orders.conf'), configuration);
  writeFileSync(join(folder, 'nginx.conf'), mainConfiguration(folder));
  run('nginx', ['-t', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]);
}

describe.runIf(isAvailable('haproxy'))('HAProxy with the delivered configurations', () => {
  it.each(HAPROXY)('accepts %s', (path) => {
    expect(() => checkHaproxy(addressed(path))).not.toThrow();
  });

  it('rejects an unknown keyword', () => {
    const misspelt = addressed('haproxy/haproxy.cfg').replace('option httpchk', 'option httpcheck');
    expect(() => checkHaproxy(misspelt)).toThrow('httpcheck');
  });
});

describe.runIf(isAvailable('nginx'))('nginx with the delivered configurations', () => {
  it.each(NGINX)('accepts %s', (path) => {
    expect(() => checkNginx(addressed(path))).not.toThrow();
  });

  it('rejects an unknown keyword', () => {
    const misspelt = addressed('nginx/orders.conf').replace('proxy_pass', 'proxy_to');
    expect(() => checkNginx(misspelt)).toThrow('proxy_to');
  });
});

it.each([...HAPROXY, ...NGINX, ...OTHERS])('the guide to balancers shows ops/%s unchanged', (path) => {
  const guides = ['docs/load-balancers.md', 'docs/haproxy-agent.md'].map((guide) => join(root, guide));
  const shown = ['haproxy', 'nginx', 'apache', 'caddyfile', 'vcl'].flatMap((language) =>
    guides.flatMap((guide) => codeBlocks(guide, language).map(({ code }) => code)),
  );
  expect(shown).toContain(opsConfiguration(path));
});
