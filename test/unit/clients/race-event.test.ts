import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { raceEvent } from '../../../src/clients/race-event.js';

const pending = new Promise<never>(() => undefined);
const lost = new Error('the connection was lost');

it('settles as the promise does', async () => {
  const client = new EventEmitter();
  await expect(raceEvent(Promise.resolve(1), client, ['close'], () => lost)).resolves.toBe(1);
  await expect(raceEvent(Promise.reject(new Error('refused')), client, ['close'], () => lost)).rejects.toThrow(
    'refused',
  );
});

it.each(['close', 'end'])('rejects when the event %s comes first', async (event) => {
  const client = new EventEmitter();
  const raced = raceEvent(pending, client, ['close', 'end'], () => lost);
  client.emit(event);
  await expect(raced).rejects.toBe(lost);
});

it('passes the details of the event to the function, and ignores the event if that returns undefined', async () => {
  const client = new EventEmitter();
  const error = (reason: unknown): Error | undefined => (reason === 'fatal' ? lost : undefined);
  const raced = raceEvent(pending, client, ['fault'], error);
  client.emit('fault', 'minor');
  client.emit('fault', 'fatal');
  await expect(raced).rejects.toBe(lost);
});

it('removes its listeners, and ignores a later rejection of the promise', async () => {
  const client = new EventEmitter();
  let fail = (_error: Error): void => undefined;
  const promise = new Promise<void>((_resolve, reject) => {
    fail = reject;
  });
  const raced = raceEvent(promise, client, ['close'], () => lost);
  client.emit('close');
  await expect(raced).rejects.toBe(lost);
  expect(client.listenerCount('close')).toBe(0);
  // An unhandled rejection fails the test run.
  fail(new Error('too late'));
});
