/**
 * node bench/status-picture.mjs
 *
 * Starts two applications, runs `nest-vitals status` on a pseudo terminal (util-linux `script`), and writes its output as
 * docs/images/command-line-status.svg. Requires a build.
 */
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, degraded, down, up } from 'nest-vitals';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PICTURE = new URL('../docs/images/command-line-status.svg', import.meta.url);
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 90: '#8b949e' };
const SIZE = { font: 14, line: 20, character: 8.45, margin: 16 };

const indicator = (name, check) => {
  class Indicator {
    check() {
      return check();
    }
  }
  HealthIndicator(name)(Indicator);
  return Indicator;
};

async function start(service, port, indicators) {
  class ApplicationModule {}
  Module({ imports: [HealthModule.forRoot({ service })], providers: indicators })(ApplicationModule);
  const app = await NestFactory.create(ApplicationModule, { logger: false });
  await app.listen(port, '127.0.0.1');
  return app;
}

/** The lines as spans of one colour. */
function pieces(line) {
  let colour;
  // eslint-disable-next-line no-control-regex -- the sequences of a terminal begin with a control character
  return line.split(/(\u001B\[\d+m)/).flatMap((part) => {
    // eslint-disable-next-line no-control-regex -- as above
    const code = /^\u001B\[(\d+)m$/.exec(part)?.[1];
    if (code === undefined) return part === '' ? [] : [{ part, colour }];
    colour = COLOURS[code];
    return [];
  });
}

const escaped = (part) => part.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function picture(output) {
  const lines = output.trimEnd().split(/\r?\n/);
  // eslint-disable-next-line no-control-regex -- as above
  const longest = Math.max(...lines.map((line) => line.replaceAll(/\u001B\[\d+m/g, '').length));
  const width = Math.ceil(longest * SIZE.character + 2 * SIZE.margin);
  const height = lines.length * SIZE.line + 2 * SIZE.margin;
  const rows = lines.map((line, index) => {
    const spans = pieces(line).map(({ part, colour }) =>
      colour === undefined ? escaped(part) : `<tspan fill="${colour}">${escaped(part)}</tspan>`,
    );
    const y = SIZE.margin + SIZE.line * index + SIZE.font;
    return `  <text x="${SIZE.margin}" y="${y}" xml:space="preserve">${spans.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '  <title>The output of nest-vitals status</title>',
    `  <rect width="${width}" height="${height}" rx="6" fill="#0d1117"/>`,
    `  <g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${SIZE.font}" fill="#e6edf3">`,
    ...rows,
    '  </g>',
    '</svg>',
    '',
  ].join('\n');
}

const apps = [
  await start({ name: 'orders', version: '1.4.2' }, 3000, [
    indicator('database', () => up()),
    indicator('payments', () => down('connection refused')),
    indicator('stock', () => degraded('replica is 42 s behind')),
  ]),
  await start({ name: 'billing', version: '2.0.1' }, 3001, [
    indicator('database', () => up()),
    indicator('ledger', () => up()),
  ]),
];
const urls = ['http://127.0.0.1:3000', 'http://127.0.0.1:3001', 'http://127.0.0.1:3002'];
const command = `node dist/cli.js status ${urls.join(' ')}`;
// Then the picture shows since when the indicators are DOWN and DEGRADED.
await fetch(`${urls[0]}/health/deep`);
await pause(2000);
const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
writeFileSync(PICTURE, picture(`$ nest-vitals status ${urls.join(' ')}\n${output}`));
process.stdout.write(output);
await Promise.all(apps.map((app) => app.close()));
