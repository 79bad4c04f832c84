/** The greatest number of frames that are read: enough to reach the code of the application from inside a library. */
const MAX_FRAMES = 30;

/**
 * A JavaScript expression that the main thread evaluates in the middle of its stalled code. It reads the positions of the
 * call stack and no value of a variable. It does not pause the thread: `Debugger.pause` would first report every script of the
 * application, which takes a quarter of a second with 2,800 scripts, and would need a `Debugger.resume`.
 *
 * The result is `debugger` if the inspector is open for a debugger. Otherwise it is the positions in the code as V8 runs
 * it, and the text of a stack as the application formats it: a loader of TypeScript maps positions in that text only.
 */
export const STACK_EXPRESSION = `(() => {
  if (process.getBuiltinModule('node:inspector').url() !== undefined) return 'debugger';
  const { prepareStackTrace, stackTraceLimit } = Error;
  const positions = {};
  const text = {};
  try {
    Error.stackTraceLimit = ${MAX_FRAMES};
    Error.prepareStackTrace = (_, sites) => sites.map((site) => [
      site.getFunctionName(), site.getScriptNameOrSourceURL(), site.getLineNumber(), site.getColumnNumber(),
    ]);
    Error.captureStackTrace(positions);
    const frames = positions.stack;
    Error.prepareStackTrace = prepareStackTrace;
    const isTypeScript = frames.some((frame) => /\\.[cm]?tsx?$/.test(frame[1]));
    if (isTypeScript) Error.captureStackTrace(text);
    return { frames, text: isTypeScript ? String(text.stack) : '' };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
})()`;
