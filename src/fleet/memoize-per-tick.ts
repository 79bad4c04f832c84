/**
 * Memoizes a function for the current tick of the event loop. The exporters of metrics read all metrics of a collection one
 * after the other. Without this, each read would count the whole fleet.
 */
export function memoizePerTick<Value>(compute: () => Value): () => Value {
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
