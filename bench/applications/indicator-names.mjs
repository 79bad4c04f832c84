/** `dependency_001`, `dependency_002`, …: all of the same length, which is common for names in services. */
export function indicatorNames(count) {
  return Array.from({ length: count }, (_, index) => `dependency_${String(index + 1).padStart(4, '0')}`);
}
