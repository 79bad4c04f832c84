/** Returns the contents of the generated modules, by path. */
export function pageAssets(): Promise<ReadonlyMap<string, string>>;
