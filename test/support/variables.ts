import { onTestFinished, vi } from 'vitest';

/** Sets environment variables until the end of the test. `undefined` removes a variable. */
export function setVariables(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}
