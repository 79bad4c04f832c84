import { HealthStatus, isFailing, isHealthStatus } from '../core/status.js';
import { show } from '../options/rules.js';
import { type HealthAnswer, readAnswer } from './health-response.js';
import { type ShownDetail, reportText } from './report-text.js';

/** What `expect.extend()` of vitest and of Jest wants a matcher to return. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Not a promise where all that is needed is there. */
type Outcome = MatcherResult | Promise<MatcherResult>;

function toBeReady(received: unknown): Outcome {
  return judge(received, (answer) => ({ pass: isFine(answer), expected: 'be ready' }));
}

function toBeLive(received: unknown): Outcome {
  return judge(received, (answer) => ({ pass: isFine(answer), expected: 'be live' }));
}

function toHaveHealthStatus(received: unknown, status: HealthStatus): Outcome {
  refuseStrange('toHaveHealthStatus', status);
  return judge(received, (answer) => ({ pass: answer.status === status, expected: `have the status ${status}` }));
}

function toReport(received: unknown, name: string, status: HealthStatus, words?: string | RegExp): Outcome {
  refuseStrange('toReport', status);
  return judge(received, (answer) => {
    const detail = detailOf(answer, name);
    const hasWords = words === undefined || speaks(answer, name, detail, words);
    const saying = words === undefined ? '' : `, saying ${typeof words === 'string' ? show(words) : String(words)}`;
    return { pass: detail.status === status && hasWords, expected: `report ${name} as ${status}${saying}` };
  });
}

/**
 * For `expect.extend(healthMatchers)`, of vitest and of Jest. They take a response of supertest, of Fastify's `inject()` or
 * of `fetch`, a promise of one, or a report of `HealthService`; of those that come later the matcher has to be awaited.
 */
export const healthMatchers = { toBeReady, toBeLive, toHaveHealthStatus, toReport };

interface Verdict {
  readonly pass: boolean;
  /** To follow "to" and "not to". */
  readonly expected: string;
}

function judge(received: unknown, verdictOn: (answer: HealthAnswer) => Verdict): Outcome {
  const conclude = (answer: HealthAnswer): MatcherResult => {
    const { pass, expected } = verdictOn(answer);
    return {
      pass,
      message: () => `Expected the application ${pass ? 'not ' : ''}to ${expected}.\n\n${answerText(answer)}`,
    };
  };
  const answer = readAnswer(received);
  return answer instanceof Promise ? answer.then(conclude) : conclude(answer);
}

/** Whoever asks over HTTP goes by the status code, which can be set for each status. */
function isFine({ statusCode, status }: HealthAnswer): boolean {
  if (statusCode !== undefined) return statusCode >= 200 && statusCode < 300;
  return isHealthStatus(status) && !isFailing(status);
}

/** Throws where nobody can say, since a `.not` would pass then. */
function detailOf(answer: HealthAnswer, name: string): ShownDetail {
  const { details } = answer;
  if (!details) {
    throw new Error(
      `The answer does not show what it says of ${name}. Ask an endpoint whose view is "components" or "full", ` +
        `in the format "vitals" or "spring".\n\n${answerText(answer)}`,
    );
  }
  const detail = Object.hasOwn(details, name) ? details[name] : undefined;
  if (!detail) {
    throw new Error(
      `The answer says nothing of ${name}. It has ${Object.keys(details).join(', ') || 'no indicators'}.\n\n${answerText(answer)}`,
    );
  }
  return detail;
}

function speaks(answer: HealthAnswer, name: string, detail: ShownDetail, words: string | RegExp): boolean {
  const said = detail.error ?? detail.message;
  if (said === undefined && detail.status !== 'UP') {
    throw new Error(
      `The answer does not show why ${name} is ${detail.status}. Ask an endpoint whose view is "full", ` +
        `such as /health/${name} or /health/deep.\n\n${answerText(answer)}`,
    );
  }
  return said !== undefined && (typeof words === 'string' ? said.includes(words) : said.search(words) !== -1);
}

function answerText(answer: HealthAnswer): string {
  const { asked, statusCode } = answer;
  const head =
    statusCode === undefined ? 'The report: ' : `${asked ?? 'The request'} was answered with ${statusCode}: `;
  return head + reportText(answer);
}

function refuseStrange(matcher: string, status: unknown): void {
  if (isHealthStatus(status)) return;
  const known = Object.values(HealthStatus).join(', ');
  throw new TypeError(`${matcher}: there is no status ${show(status)}; the statuses are ${known}`);
}
