import type { Type } from '@nestjs/common';
import { OverloadIndicator } from 'nest-vitals/overload';
import type { TestApplication } from './start-application.js';

/** An indicator of overload by the requests in flight alone: DEGRADED above 10, DOWN above 20. `hold`: milliseconds. */
export function overloadByRequests(count: () => number, hold: number): Type {
  return OverloadIndicator('overload', {
    delay: false,
    utilization: false,
    inFlight: 10,
    down: { inFlight: 20 },
    hold,
    count,
  });
}

/** Which instances a balancer uses: `++-+`. */
export async function rotationOf(instances: readonly TestApplication[]): Promise<string> {
  const responses = await Promise.all(instances.map((instance) => instance.get('/health/ready')));
  return responses.map(({ status }) => (status === 200 ? '+' : '-')).join('');
}
