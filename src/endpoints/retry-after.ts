/** The header `Retry-After` of a response with this status code, which only a 503 has. `seconds`: its value. */
export const retryAfterOf = (statusCode: number, seconds: number): { readonly 'retry-after'?: string } =>
  statusCode === 503 ? { 'retry-after': String(seconds) } : {};
