/** Changed options as a text for people: `enabled false, timeout 500`. Empty: there are none. */
export function optionText(options: object): string {
  return Object.entries(options)
    .map(([option, value]) => `${option} ${JSON.stringify(value)}`)
    .join(', ');
}
