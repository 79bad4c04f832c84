/** Frames that are read at most: enough to get from a library to the code of the application. */
const MAX_FRAMES = 30;

/**
 * A JavaScript expression that the main thread evaluates in the middle of its stalled code. It reads the positions of the
 * call stack and no value of a variable. It pauses nothing: `Debugger.pause` would first announce every script of the
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
