import type { HealthPort } from '../extension/health-port.js';
import type { HealthView } from '../options/view.js';

/** The properties of one endpoint for the responder. */
export interface HealthRoute {
  /** The name under which its responses are recorded. */
  readonly name: string;
  /** The probe, group or indicator that it evaluates. */
  readonly probe: string;
  /** The view for unauthenticated callers, and for all callers without access control. */
  readonly view: HealthView;
  /**
   * The response to unauthenticated callers: the report in `view`, a 401, or a 404. Callers whose view is `status` also get
   * the 404, because another response would reveal that the name exists.
   */
  readonly unauthenticated: 'default-view' | 401 | 404;
  /** The port of the request. Undefined: the response does not depend on it. */
  readonly port?: HealthPort;
}

/**
 * The view for a caller. `granted`: the view from access control, undefined for unauthenticated callers. Without access
 * control every caller is granted the view of the route. Undefined: the route refuses the caller.
 */
export function viewFor(
  { view, unauthenticated }: HealthRoute,
  granted: HealthView | undefined,
): HealthView | undefined {
  if (unauthenticated === 401) return granted;
  const widest = granted === undefined ? view : wider(view, granted);
  return unauthenticated === 404 && widest === 'status' ? undefined : widest;
}

const WIDTH: Readonly<Record<HealthView, number>> = { status: 0, components: 1, full: 2 };

/** The wider one of two views. */
export function wider(one: HealthView, other: HealthView): HealthView {
  return WIDTH[one] >= WIDTH[other] ? one : other;
}
