export { HealthStatus } from './core/status.js';
export type { ReportStatus } from './core/status.js';
export { degraded, down, outOfService, skipped, unknown, up } from './core/result.js';
export type { HealthData, HealthResult } from './core/result.js';
export type { HealthCheckContext, HealthCheckReturn, SharedQuorum } from './core/check.js';
export type { CheckCall } from './core/check-wrappers.js';
export type { HealthCheckDetail, HealthReport } from './core/report.js';
export type { ReportedComponent } from './core/reported-health.js';
export type { HealthChange } from './core/health-change.js';
export type { SharedOutages } from './core/shared-outages.js';
export type { HealthProbeChange } from './core/probe-changes.js';
export type { ServiceInfo } from './core/service-info.js';
export { OnDrain } from './lifecycle/on-drain.decorator.js';
export type { OnDrainOptions } from './lifecycle/on-drain.decorator.js';
export { OnHealthChange } from './changes/on-health-change.decorator.js';
export type {
  IndicatorChangeOptions,
  OnHealthChangeOptions,
  ProbeChangeOptions,
} from './changes/on-health-change.decorator.js';
export { HealthIndicator } from './discovery/health-indicator.decorator.js';
export { HealthConfigurationError, isHealthConfigurationError } from './errors/configuration.error.js';
export type { ConfigurationFault } from './errors/fault.js';
export { HealthCheckError, isHealthCheckError } from './errors/health-check.error.js';
export type { HealthCheckErrorOptions } from './errors/health-check.error.js';
export { HealthCheckTimeoutError } from './errors/health-check-timeout.error.js';
export { UnknownProbeError } from './errors/unknown-probe.error.js';
export { HealthModule } from './health.module.js';
export type { HealthModuleAsyncOptions, HealthOptionsFactory } from './health.module.js';
export { HealthService } from './health.service.js';
export type { DelayReadinessOptions } from './health.service.js';
export type { WorkHandle } from './lifecycle/announced-work.js';
export type { EndpointResponse } from './extension/endpoint-response.js';
export { HEALTH_ENDPOINTS } from './extension/health-endpoints.js';
export type {
  EndpointDescription,
  EndpointOutlet,
  EndpointStream,
  FormatInput,
  HealthEndpoint,
  HealthEndpoints,
  HealthFormatter,
} from './extension/health-endpoints.js';
export type { ControlForms, FormLink, LinkingPage } from './extension/control-forms.js';
export type { HealthPort } from './extension/health-port.js';
export type {
  ActionDescription,
  ActionRequest,
  HealthActions,
  ReadBody,
  RequestBody,
} from './extension/health-actions.js';
export { HEALTH_CONTROL } from './extension/health-control.js';
export type { HealthControl } from './extension/health-control.js';
export type { EventLoopStall, MissingStack, StallFrame } from './extension/event-loop-stall.js';
export type { HealthOverride, HealthRefusal, OverrideEvent, OverrideTerms } from './extension/health-override.js';
export type { RuntimeIndicatorOptions } from './options/runtime-options.js';
export type { IndicatorHandle } from './registration.js';
export { HEALTH_MONITOR } from './extension/health-monitor.js';
export type {
  ApplicationPhase,
  DrainStep,
  ProbeResponse,
  HealthCheckWrapper,
  HealthMonitor,
  HealthOutcome,
  HealthRun,
  LifecycleState,
  MonitoredIndicator,
} from './extension/health-monitor.js';
export type { VisibleDetail, VisibleReport } from './extension/visible-report.js';
export type {
  AccessOptions,
  ChangeLevels,
  EndpointName,
  EndpointOptions,
  CompositeOptions,
  GroupOptions,
  HealthLogLevel,
  HealthModuleOptions,
  HealthRequest,
  LoggingOptions,
  RateLimit,
  RateLimitOptions,
  ServiceOptions,
} from './options/health-module-options.js';
export type { ProberOptions, ShutdownOptions } from './options/shutdown-options.js';
export type { Duration } from './options/duration.js';
export type { HealthIndicatorOptions, SharedOptions } from './options/indicator-options.js';
export type { HealthView } from './options/view.js';
