import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { entries } from './entries.mjs';

/**
 * Compares the public API of each entry point with its report in test/package/api. With --update it writes new reports, for
 * intended changes of the API.
 */
const update = process.argv.includes('--update');
const root = fileURLToPath(new URL('..', import.meta.url));
const reportFolder = `${root}test/package/api`;
mkdirSync(reportFolder, { recursive: true });

const changed = entries.filter(({ name, source }) => !matchesReport(name.replaceAll('/', '.'), source));
if (changed.length > 0) {
  const names = changed.map(({ name }) => name).join(', ');
  process.stderr.write(
    `The public API differs from the reports in test/package/api: ${names}. If this is intended: npm run check:api -- --update\n`,
  );
  process.exitCode = 1;
}

function matchesReport(name, source) {
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
