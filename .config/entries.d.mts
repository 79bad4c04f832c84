/** `name` is the name that users import. `source` is the path of its source in `src`, without extension. */
export declare const entries: readonly { readonly name: string; readonly source: string }[];
