/** The figures of the requests of one path. */
export interface PathFigures {
  readonly requests: number;
  readonly served: number;
  /** Errors of an instance. */
  readonly application: number;
  /** Errors of the balancer, when it has no instance for the request. */
  readonly balancer: number;
  /** Requests without a response. */
  readonly none: number;
  /** Milliseconds until the last response. */
  readonly slowest: number;
}

export interface ServiceSettings {
  /** The option `shared` of the indicator `database`, for every instance or by the name of each. */
  readonly shared: boolean | Readonly<Record<string, boolean>>;
}

export interface Report {
  readonly code: number;
  readonly status: string;
}

export class Service {
  static run<T>(settings: ServiceSettings, rehearse: (service: Service) => Promise<T>): Promise<T>;
  readonly postgresql: { freeze(): void; thaw(): void };
  readonly alerts: {
    readonly messages: readonly {
      readonly instances: { readonly names: readonly string[] };
      readonly status: string;
    }[];
  };
  readonly balancer: { inRotation(names: readonly string[]): Promise<void> };
  stopLoad(): Promise<void>;
  figures(from: number, to: number): Readonly<Record<'/products' | '/orders', PathFigures>>;
  ready(name: string): Promise<Report>;
}

export const NAMES: readonly string[];
