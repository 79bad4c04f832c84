/** The beginning of a response. */
export interface ResponseHead {
  readonly statusCode: number;
  readonly contentType: string;
  /** Additional headers, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A complete response of any media type. `Cache-Control: no-store` and the headers of the module's options are added. */
export interface EndpointResponse extends ResponseHead {
  readonly body: string;
}
