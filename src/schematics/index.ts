export { indicator } from './indicator.js';
export { nestAdd } from './nest-add.js';
