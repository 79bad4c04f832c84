import { HealthIndicator, HealthModule, up } from 'nest-vitals';
import { indicatorNames } from './indicator-names.mjs';
import { listen } from './nest-application.mjs';

/** This library with default options. A subject can set the view of `ready` and add metrics. */
export async function startVitals({ adapter, indicators, view, metrics }) {
  return listen(
    {
      imports: [
        HealthModule.forRoot(view ? { endpoints: { ready: { view } } } : {}),
        ...(metrics ? [(await import('nest-vitals/prometheus')).HealthPrometheusModule.forRoot()] : []),
      ],
      providers: indicatorNames(indicators).map(createIndicator),
    },
    adapter,
  );
}

function createIndicator(name) {
  class Indicator {
    async check() {
      return up();
    }
  }
  HealthIndicator(name)(Indicator);
  return Indicator;
}
