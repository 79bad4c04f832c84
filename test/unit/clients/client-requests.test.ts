import { expect, it } from 'vitest';
import { ClientRequests } from '../../../src/clients/client-requests.js';
import { type Latch, latch } from '../../support/latch.js';

const client = {};
const { signal } = new AbortController();
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Questions that are answered when the test says so, in the order in which they were asked. */
function recorded() {
  const questions = new ClientRequests<string>();
  const asked: string[] = [];
  const answers: Latch<string>[] = [];
  const ask = (question: string, patience = signal): Promise<string> =>
    questions.ask(client, question, patience, () => {
      const answer = latch<string>();
      asked.push(question);
      answers.push(answer);
      return answer.promise;
    });
  return { ask, asked, answers };
}

it('whoever asks the same question shares its answer', async () => {
  const { ask, asked, answers } = recorded();
  const both = Promise.all([ask('depth'), ask('depth')]);
  answers[0]?.open('3');
  expect(await both).toEqual(['3', '3']);
  expect(asked).toEqual(['depth']);
});

it('whoever asks another one waits, and gets an answer of its own', async () => {
  const { ask, asked, answers } = recorded();
  const all = Promise.all([ask('depth'), ask('age'), ask('age')]);
  await settled();
  expect(asked).toEqual(['depth']);
  answers[0]?.open('3');
  await settled();
  expect(asked).toEqual(['depth', 'age']);
  answers[1]?.open('7 s');
  expect(await all).toEqual(['3', '7 s', '7 s']);
});

it('a question that fails does so for those alone who asked it', async () => {
  const { ask, answers } = recorded();
  const depth = ask('depth');
  const age = ask('age');
  answers[0]?.fail(new Error('there is no such queue'));
  await expect(depth).rejects.toThrow('there is no such queue');
  await settled();
  answers[1]?.open('7 s');
  expect(await age).toBe('7 s');
});

it('whoever gives up waiting for the client asks nothing', async () => {
  const { ask, asked, answers } = recorded();
  const impatient = new AbortController();
  const depth = ask('depth');
  const age = ask('age', impatient.signal);
  impatient.abort(new Error('too late'));
  await expect(age).rejects.toThrow('too late');
  answers[0]?.open('3');
  expect(await depth).toBe('3');
  await settled();
  expect(asked).toEqual(['depth']);
});
