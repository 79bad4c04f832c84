export {
  type ConfiguredOptions as Configured,
  type OwnOf,
  configureIndicator as configure,
} from '../discovery/configured-indicator.js';
