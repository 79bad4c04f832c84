/** The metadata of the service, in the JSON of a report. Unknown values are left out. */
export interface ServiceInfo {
  readonly name?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly commit?: string;
  readonly uptime_seconds: number;
}

/** The metadata that does not change while the process runs. */
export type ServiceIdentity = Omit<ServiceInfo, 'uptime_seconds'>;

export function describeService(identity: ServiceIdentity): ServiceInfo {
  return { ...identity, uptime_seconds: Math.floor(process.uptime()) };
}
