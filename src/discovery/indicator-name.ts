const SUFFIX = /(?:Health)?(?:Indicator|Check)$|Health$/;

/** Underscores that a bundler puts before a class name: esbuild calls `StockHealth` `_StockHealth` where the class refers to itself. */
const BUNDLER_PREFIX = /^_+/;
/** Minifiers count through the short names: `a`, `tS`, `e3`, `$`; in a large bundle they need three characters: `Xyt`, `a$1`. */
const MINIFIED = /^[\w$]{0,3}$|^[A-Za-z$]{0,2}\d*$/;

/** Whether the class name looks as if a minifier had replaced it, so that no name can be derived that stays the same. */
export function isMinified(className: string): boolean {
  return MINIFIED.test(className.replace(BUNDLER_PREFIX, ''));
}

/** `PaymentsApiHealth` → `payments_api`. Empty when the class name yields no name. */
export function nameFromClass(className: string): string {
  return className
    .replace(BUNDLER_PREFIX, '')
    .replace(SUFFIX, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
