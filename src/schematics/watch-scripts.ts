const WATCHES = /\bnest start(?=[^&|;]*\s(?:--watch|-w)(?:\s|$))(?![^&|;]*--(?:no-)?shell\b)/;

/**
 * Adds `--no-shell` to each script of a `package.json` that runs `nest start --watch`. With a shell in between, the CLI
 * waits only for the end of the shell. It then starts the new process while the old one still uses the port (EADDRINUSE).
 */
export function watchWithoutShell(manifest: string): { readonly text: string; readonly scripts: readonly string[] } {
  const changed: string[] = [];
  let text = manifest;
  for (const [name, command] of Object.entries(scriptsOf(manifest))) {
    if (typeof command !== 'string' || !WATCHES.test(command)) continue;
    const written = JSON.stringify(command);
    const at = text.search(new RegExp(`${escaped(JSON.stringify(name))}\\s*:\\s*${escaped(written)}`));
    if (at < 0) continue;
    const start = text.indexOf(written, at + JSON.stringify(name).length);
    const edited = JSON.stringify(command.replace(WATCHES, 'nest start --no-shell'));
    text = `${text.slice(0, start)}${edited}${text.slice(start + written.length)}`;
    changed.push(name);
  }
  return { text, scripts: changed };
}

function scriptsOf(manifest: string): Readonly<Record<string, unknown>> {
  try {
    const { scripts } = JSON.parse(manifest) as { readonly scripts?: unknown };
    return typeof scripts === 'object' && scripts !== null ? (scripts as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
