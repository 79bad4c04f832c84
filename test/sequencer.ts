import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A worker keeps its modules while the next file is of the same project, so the projects run one after the other. */
const PROJECTS = ['isolated', 'nest-12', 'nest-11', 'unit'];
/** Files that mostly wait for servers, the slowest first. */
const WAITING = [
  'test/integration/microservices/',
  'test/integration/fleet/',
  'test/integration/grpc/',
  'test/integration/amqplib/',
  'test/integration/management/',
  'test/integration/typeorm/',
  'test/integration/stores/',
  'test/integration/kafkajs/',
  'test/integration/',
];
/** Files that mostly need the processor, the slowest first. Many of them start processes. */
const COMPUTING = [
  'test/integration/balancers/',
  'test/integration/lifecycle/',
  'sample-app/',
  'test/package/',
  'test/integration/cli/',
  'test/integration/dashboard/',
  'test/e2e/',
  'test/unit/core/properties/',
  'test/unit/',
];

/**
 * Starts slow files first, so that no slow file is left alone at the end, and waiting files in turn with computing files,
 * so that the processor is busy while other files wait.
 */
export default class Sequencer extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const pathOf = (file: TestSpecification): string => relative(this.ctx.config.root, file.moduleId);
    const inOrderOf = (project: string, folders: readonly string[]): TestSpecification[] =>
      folders.flatMap((folder) =>
        files.filter((file) => file.project.name === project && folderOf(pathOf(file)) === folder),
      );
    return Promise.resolve(
      PROJECTS.flatMap((project) => inTurn(inOrderOf(project, WAITING), inOrderOf(project, COMPUTING))),
    );
  }
}

/** The most specific folder of the lists. A file in no folder of the lists is a waiting one. */
function folderOf(path: string): string {
  const folders = [...WAITING, ...COMPUTING].filter((folder) => path.startsWith(folder));
  return folders.toSorted((one, other) => other.length - one.length)[0] ?? 'test/integration/';
}

function inTurn<Item>(one: readonly Item[], other: readonly Item[]): Item[] {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, index) => [one.slice(index, index + 1), other.slice(index, index + 1)]).flat(2);
}
