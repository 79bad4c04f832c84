import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { entries } from './entries.mjs';

/**
 * Compares what each entry point offers with what was written down of it in test/package/api. With --update it is
 * written down anew, for a change that is meant to be seen by users.
 */
const update = process.argv.includes('--update');
const root = fileURLToPath(new URL('..', import.meta.url));
const reportFolder = `${root}test/package/api`;
mkdirSync(reportFolder, { recursive: true });

const changed = entries.filter(({ name, source }) => !hasReported(name.replaceAll('/', '.'), source));
if (changed.length > 0) {
  const names = changed.map(({ name }) => name).join(', ');
  process.stderr.write(`Not what test/package/api says: ${names}. If that is meant: npm run check:api -- --update\n`);
  process.exitCode = 1;
}

function hasReported(name, source) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: `${root}dist/${source}.d.ts`,
      compiler: { tsconfigFilePath: `${root}src/tsconfig.json` },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder,
        reportTempFolder: `${root}dist/api`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
  });
  return Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      message.handled ||= message.messageId.startsWith('console-');
    },
  }).succeeded;
}
