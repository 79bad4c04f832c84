/** `dependency_001`, `dependency_002`, …: of one length, as long as names in real services are. */
export function indicatorNames(count) {
  return Array.from({ length: count }, (_, index) => `dependency_${String(index + 1).padStart(4, '0')}`);
}
