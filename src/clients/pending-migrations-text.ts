/** `3 pending migrations, the first is 0004_add_index`. `pending`: the names, the oldest first, at least one. */
export function pendingMigrationsText(pending: readonly string[]): string {
  return `${pending.length} pending migration${pending.length === 1 ? '' : 's'}, the first is ${pending[0]}`;
}
