import { Injectable, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { type ClientRequest, clientSource, findClient } from '../../../src/clients/injected-client.js';
import { moduleNamed } from '../../support/module-named.js';

interface Client {
  ask(): string;
}

const named = (response: string): Client => ({ ask: () => response });
/** Some clients are functions. */
const callable = Object.assign(() => undefined, named('callable'));

@Injectable({ scope: Scope.REQUEST })
class PerRequest implements Client {
  ask(): string {
    return 'per request';
  }
}

class Shared {}
/** A class with the same name from another copy of a package. */
const sharedOfOtherCopy = { Shared: class {} }.Shared;

const near = Symbol('near');
const twice = Symbol('twice');

async function find(
  sources: readonly unknown[],
  optionsFault?: ClientRequest<Client>['optionsFault'],
): Promise<string> {
  const own = moduleNamed('OwnModule', {
    imports: [
      moduleNamed('OneModule', {
        providers: [
          { provide: near, useValue: named('far') },
          { provide: twice, useValue: named('one') },
        ],
      }),
      moduleNamed('OtherModule', {
        providers: [
          { provide: twice, useValue: named('other') },
          { provide: 'far', useValue: named('far') },
          { provide: 'text', useValue: 'a text' },
          { provide: 'nothing', useValue: undefined },
          { provide: 'alias', useExisting: 'far' },
          { provide: Symbol('shared'), useValue: named('shared') },
          { provide: Shared, useValue: named('shared') },
          PerRequest,
        ],
      }),
    ],
    providers: [{ provide: near, useValue: named('near') }],
  });
  const module = await Test.createTestingModule({ imports: [own] }).compile();
  const moduleRef = module.select(own).get(ModuleRef, { strict: true });
  return findClient<Client>(moduleRef, {
    place: 'ExampleIndicator("example")',
    sources,
    accepts: (candidate): candidate is Client =>
      candidate !== null && (typeof candidate === 'object' || typeof candidate === 'function') && 'ask' in candidate,
    expected: 'a client',
    remedy: 'provide one',
    ...(optionsFault && { optionsFault }),
  }).ask();
}

describe('an injected client', () => {
  it.each([
    ['itself', [named('itself')], 'itself'],
    ['a function that is no token', [callable], 'callable'],
    ['a token of the own module, which wins', [near], 'near'],
    ['a token of any module', ['far'], 'far'],
    ['an alias', ['alias'], 'far'],
    ['the first token that something is provided under', ['missing', 'nothing', 'far', near], 'far'],
  ])('is found by %s', async (_how, sources, response) => {
    expect(await find(sources)).toBe(response);
  });

  it.each([
    [
      'under no token',
      ['missing', near.description],
      'no module provides its client under the token "missing" or the token "near"',
    ],
    ['where nothing is', ['nothing'], 'no module provides its client under the token "nothing"'],
    ['in what is none', ['text'], 'its client is "a text" instead of a client'],
    ['in an object that is none', [new Map()], 'its client is an object instead of a client'],
    ['among several', [twice], 'several modules provide different clients under the token Symbol(twice)'],
    ['for each request', [PerRequest], 'there is no single client under the class PerRequest'],
  ])('is not found %s, with a message', async (_where, sources, problem) => {
    await expect(find(sources)).rejects.toThrow(`ExampleIndicator("example"): ${problem}`);
  });

  it.each([
    ['a string', 'shared', 'use the token Symbol(shared), which OtherModule provides'],
    ['another class with the name', sharedOfOtherCopy, 'use the class Shared, which OtherModule provides'],
    ['a string with the name of a class', 'Shared', 'use the class Shared, which OtherModule provides'],
  ])('is not found by %s, and the message names the token with the same text', async (_token, token, remedy) => {
    await expect(find([token])).rejects.toThrow(`${remedy}: it is a different token with the same text`);
  });

  it('is not found without such a token, and the message names the provider', async () => {
    await expect(find(['missing'])).rejects.toThrow('list a provider under that token in a module, or provide one');
  });

  it('can be rejected because of an option', async () => {
    const optionsFault = (client: Client): ReturnType<NonNullable<ClientRequest<Client>['optionsFault']>> =>
      client.ask() === 'far' ? { place: 'here', problem: 'it is far', remedy: 'come closer' } : undefined;
    expect(await find([near], optionsFault)).toBe('near');
    await expect(find(['far'], optionsFault)).rejects.toThrow('here: it is far');
  });
});

describe('the rule for the source of a client', () => {
  it.each([['TOKEN'], [near], [PerRequest], [named('itself')], [callable]])('accepts %s', (source) => {
    expect(clientSource.accepts(source)).toBe(true);
  });

  it.each([[''], [undefined], [null], [7], [true]])('refuses %s', (source) => {
    expect(clientSource.accepts(source)).toBe(false);
  });
});
