import { execFile } from 'node:child_process';

/** Runs a program to its end and returns its standard output. Throws with its whole output if it fails. */
export function run(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  // Without the variables that npm and vitest set for their child processes.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_(ENV|OPTIONS|PATH|V8_COVERAGE)$)/i.test(name)),
  );
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error)
        reject(new Error(`${program} ${args.join(' ')}, in ${folder}:\n${stdout}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
