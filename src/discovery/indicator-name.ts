const SUFFIX = /(?:Health)?(?:Indicator|Check)$|Health$/;

/** `PaymentsApiHealth` → `payments_api`. Empty when nothing is left that could be a name. */
export function nameFromClass(className: string): string {
  return className
    .replace(SUFFIX, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
