export { HealthAgent } from './health-agent.js';
export { HealthAgentModule } from './health-agent.module.js';
export type { HealthAgentAsyncOptions, HealthAgentOptions } from './agent-options.js';
