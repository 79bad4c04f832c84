/** The state of this instance. */
export interface Overload {
  /** A number is above its limit, or was until recently. */
  readonly isOverloaded: boolean;
  /** A number has been above its limit of `down` for `hold`, or was until recently. False without the option `down`. */
  readonly isBeyondDown: boolean;
  /** Too many other instances are unready, so this one stays in rotation. */
  readonly isHeldBack: boolean;
}

/** DOWN is decided only here, because it takes the instance out of rotation and moves its load to the others. */
export function overloadStatus({ isOverloaded, isBeyondDown, isHeldBack }: Overload): 'UP' | 'DEGRADED' | 'DOWN' {
  if (isBeyondDown && !isHeldBack) return 'DOWN';
  return isOverloaded || isBeyondDown ? 'DEGRADED' : 'UP';
}
