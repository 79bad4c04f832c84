/** Name of an instance in the configuration, and its real port. */
export interface InstanceAddress {
  readonly name: string;
  readonly port: number;
}

export function opsConfiguration(path: string): string;
export function withAddresses(
  configuration: string,
  addresses: { readonly port: number; readonly instances: readonly InstanceAddress[] },
): string;
