/**
 * The seam between the endpoints and their description. In the published package the description is a file of its own,
 * which this module loads at the first call: `.config/rolldown.mjs` replaces the import below.
 */
export { describeController } from './controller-description.js';
