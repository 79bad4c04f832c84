import { existsSync, readFileSync } from 'node:fs';

/** The facts about the process by which development is recognised. */
export interface ProcessFacts {
  /** Standard input and output are a terminal. */
  readonly isTerminal: boolean;
  readonly isContainer: boolean;
  /** The command lines of the parent process and of those above it, where the system shows them. */
  readonly ancestors: readonly string[];
}

/** `nest start --watch`, `node --watch`, `nodemon` and the like, as a command line. */
const WATCHES =
  /\bnest(\.js)?['"]?\s+start\b.*\s(--watch|-w)\b|\bnode(\s+-\S+)*\s+--watch\b|\bnodemon\b|\btsx\b.*\swatch\b/;

/**
 * Set by Kubernetes, Amazon ECS (task metadata endpoint) and Cloud Run in the processes that they start, and by
 * podman and systemd in containers.
 */
const ORCHESTRATORS = [
  'KUBERNETES_SERVICE_HOST',
  'ECS_CONTAINER_METADATA_URI_V4',
  'ECS_CONTAINER_METADATA_URI',
  'K_SERVICE',
  'container',
];

/**
 * Whether a developer runs the application, so that no balancer decides about its traffic. Only certain facts count:
 * `NODE_ENV` is `development` or `test`, or it is unset and either a program that restarts on changes started the process,
 * or the process runs in a terminal and in no container. An unset `NODE_ENV` alone is not development.
 */
export function isDevelopment(variables: NodeJS.ProcessEnv, facts: () => ProcessFacts = processFacts): boolean {
  const { NODE_ENV: environment, WATCH_REPORT_DEPENDENCIES: watchedByNode } = variables;
  if (environment === 'development' || environment === 'test') return true;
  if (environment || ORCHESTRATORS.some((variable) => variables[variable])) return false;
  // Node sets this variable in the process that `node --watch` starts, and package managers set the script that they run.
  if (watchedByNode || WATCHES.test(variables['npm_lifecycle_script'] ?? '')) return true;
  const { isTerminal, isContainer, ancestors } = facts();
  return (isTerminal && !isContainer) || ancestors.some((command) => WATCHES.test(command));
}

function processFacts(): ProcessFacts {
  return {
    isTerminal: process.stdin.isTTY && process.stdout.isTTY,
    isContainer: process.pid === 1 || existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    ancestors: ancestorCommands(),
  };
}

/** The Nest CLI starts the application through a shell, and a package manager starts the CLI through another. */
const MOST_ANCESTORS = 4;

function ancestorCommands(): string[] {
  const commands: string[] = [];
  try {
    for (let id = String(process.ppid); Number(id) > 0 && commands.length < MOST_ANCESTORS;) {
      commands.push(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
      // The fields after the command, which is in parentheses: state, parent (proc_pid_stat(5)).
      id = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ', 2)[1] ?? '';
    }
  } catch {
    // Other systems have no /proc.
  }
  return commands;
}
