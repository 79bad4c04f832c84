import { HealthIndicator, HealthModule, up } from 'nest-vitals';
import { indicatorNames } from './indicator-names.mjs';
import { listen } from './nest-application.mjs';

/** This library, with every option at its default but the view of `ready`, where a subject asks for another. */
export function startVitals({ adapter, indicators, view }) {
  return listen(
    {
      imports: [HealthModule.forRoot(view ? { endpoints: { ready: { view } } } : {})],
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
