import { register } from 'node:module';
import { dirname } from 'node:path';

register('./hooks.mjs', import.meta.url, { data: dirname(process.argv[1]) });
