/**
 * Calls a function once for all calls that come without a pause. The exporters of metrics read all metrics of a collection one
 * after the other, and each of them would count the whole fleet.
 */
export function oncePerTurn<Value>(compute: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => {
    if (!kept) {
      kept = { value: compute() };
      queueMicrotask(() => {
        kept = undefined;
      });
    }
    return kept.value;
  };
}
