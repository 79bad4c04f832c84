/** Returns the content of src/dashboard/assets.ts. */
export declare function pageAssets(): Promise<string>;
