/** The module with the code of the management thread. */
export declare function threadCode(): Promise<string>;
