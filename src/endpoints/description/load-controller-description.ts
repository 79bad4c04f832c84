import * as description from './controller-description.js';

/**
 * Loads the description. The build replaces this module (`.config/rolldown.mjs`), because the description is a separate file
 * in the published package. It throws where that file is missing.
 */
export const loadControllerDescription = (): Pick<typeof description, 'describeController'> => description;
