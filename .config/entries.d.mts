/** `name` is what users import; `source` the file behind it, from `src`, without its ending. */
export declare const entries: readonly { readonly name: string; readonly source: string }[];
