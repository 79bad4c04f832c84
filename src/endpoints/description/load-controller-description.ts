import * as description from './controller-description.js';

/**
 * The seam between the endpoints and their description. In the published package the description is a file of its own, which
 * this function loads: `.config/rolldown.mjs` replaces this module. It throws where the file is missing.
 */
export const loadControllerDescription = (): Pick<typeof description, 'describeController'> => description;
