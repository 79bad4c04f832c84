import { writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

/** Writes the JSON Schema of the report from the constant in the sources. */
const bundle = await rolldown({ input: 'src/endpoints/schema/report-schema.ts', tsconfig: 'tsconfig.json' });
const { output } = await bundle.generate({ format: 'esm' });
await bundle.close();
const { REPORT_SCHEMA } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
writeFileSync('dist/schema.json', `${JSON.stringify(REPORT_SCHEMA, null, 2)}\n`);
