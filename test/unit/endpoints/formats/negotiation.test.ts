import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES } from '../../../../src/endpoints/formats/format.js';
import { formatOf } from '../../../../src/endpoints/formats/negotiation.js';
import { healthRequest } from '../../../support/health-request.js';

it.each([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['nonsense', 'json'],
  ['application/json', 'json'],
  ['APPLICATION/JSON; charset=utf-8', 'json'],
  ['application/*', 'json'],
  ['application/health+json', 'health'],
  ['text/plain', 'text'],
  ['text/*', 'text'],
  ['text/plain, text/*, */*', 'json'],
  ['text/plain;q=0.9, */*;q=0.1', 'text'],
  ['application/json;q=0.5, text/plain', 'text'],
  ['application/json;q=0.5, text/plain;q=0.4', 'json'],
  // The most specific range decides, at any position.
  ['*/*, application/json;q=0', 'health'],
  ['application/json;q=0, application/health+json;q=0, */*', 'text'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
  ['application/json; q = 0.1, text/plain; q=0.2', 'text'],
  // An invalid weight does not count, and a weight out of range counts as the nearest bound.
  ['text/plain;q=often, application/json;q=0.1', 'json'],
  ['text/plain;q=7, application/health+json', 'health'],
  // A header that matches no format gets JSON, because probers send such headers by default.
  ['text/html', 'json'],
  ['application/xml, image/*', 'json'],
  ['application/vnd.api+json', 'json'],
  ['application/json;q=0', 'json'],
  ['*/*;q=0', 'json'],
])('the header Accept: %j selects %j', (accept, format) => {
  expect(formatOf(healthRequest('/health/ready', accept === undefined ? {} : { accept }))).toBe(format);
});

it.each([
  ['?format=json', 'json'],
  ['?format=health', 'health'],
  ['?deep=true&format=text', 'text'],
  ['?format=html', undefined],
  ['?format=', undefined],
  ['?format=__proto__', undefined],
])('the query %s takes precedence over the header', (query, format) => {
  expect(formatOf(healthRequest(`/health/ready${query}`, { accept: 'application/json' }))).toBe(format);
});

it('a query without a format lets the Accept header decide', () => {
  expect(formatOf(healthRequest('/health/ready?now', { accept: 'text/plain' }))).toBe('text');
  expect(formatOf(healthRequest('/health/ready?now'))).toBe('json');
});

describe('with a format that a module has added', () => {
  const mediaTypes = { ...MEDIA_TYPES, html: 'text/html' };

  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['text/html', 'html'],
    ['text/html, application/json', 'json'],
    ['text/*', 'text'],
    ['*/*', 'json'],
    [undefined, 'json'],
  ])('the header Accept: %j selects %j', (accept, format) => {
    const headers = accept === undefined ? {} : { accept };
    expect(formatOf(healthRequest('/health/ready', headers), mediaTypes)).toBe(format);
  });

  it('can be requested by its name', () => {
    expect(formatOf(healthRequest('/health/ready?format=html'), mediaTypes)).toBe('html');
  });
});
