import type * as inspector from 'node:inspector';

/**
 * Evaluates an expression on the main thread, also while its event loop is blocked by JavaScript. Undefined: the main
 * thread did not respond within `limit` milliseconds, because it runs native code. Rejects if the inspector is not
 * available or the expression throws.
 *
 * The module `node:inspector` is loaded at the first call.
 */
export async function evaluateOnMain(expression: string, limit: number): Promise<unknown> {
  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  session.connectToMainThread();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      // The timer keeps the event loop alive. The session does not.
      timer = setTimeout(() => resolve(undefined), limit);
      session.post('Runtime.evaluate', { expression, returnByValue: true, silent: true }, (error, response) => {
        if (error) reject(error);
        else if (response.exceptionDetails) reject(new Error('the expression threw an error'));
        else resolve(valueOf(response));
      });
    });
  } finally {
    clearTimeout(timer);
    // The main thread drops an expression that it has not evaluated yet, or evaluates it without an effect.
    session.disconnect();
  }
}

function valueOf({ result }: inspector.Runtime.EvaluateReturnType): unknown {
  return result.value;
}
