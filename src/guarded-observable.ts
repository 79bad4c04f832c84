import { Observable, type Observer, type Operator, Subscriber, type Subscription, type TeardownLogic } from 'rxjs';

type Next<T> = (value: T) => void;

/**
 * An observable whose subscribers cannot end the process. RxJS rethrows an error of a subscriber, and an error without a
 * handler, from a timer, where it cannot be caught. Here, and behind every operator, the error goes to `onFault`.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #onFault: (fault: unknown) => void;

  constructor(
    subscribe: ((subscriber: Subscriber<T>) => TeardownLogic) | undefined,
    onFault: (fault: unknown) => void,
  ) {
    super(subscribe);
    this.#onFault = onFault;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(undefined, this.#onFault);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | Next<T> | null, ...rest: unknown[]): Subscription {
    // An operator subscribes with its own subscriber, which passes errors on to the observer that is guarded below.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const [error, complete] = rest as [Observer<T>['error'] | undefined, Observer<T>['complete'] | undefined];
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : { ...(observerOrNext && { next: observerOrNext }), ...(error && { error }), ...(complete && { complete }) };
    return super.subscribe({
      next: this.#guard((value) => observer.next?.(value)),
      error: this.#guard((fault: unknown) => (observer.error ? observer.error(fault) : this.#onFault(fault))),
      complete: () => this.#guard(() => observer.complete?.())(undefined),
    });
  }

  #guard<V>(callback: (value: V) => unknown): (value: V) => void {
    return (value) => {
      try {
        callback(value);
      } catch (fault) {
        this.#onFault(fault);
      }
    };
  }
}
