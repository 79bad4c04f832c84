import { expect, it } from 'vitest';
import { nameFromClass } from '../../../src/discovery/indicator-name.js';

it.each([
  ['PaymentsApiHealth', 'payments_api'],
  ['DatabaseHealthIndicator', 'database'],
  ['DatabaseIndicator', 'database'],
  ['DatabaseHealthCheck', 'database'],
  ['DatabaseCheck', 'database'],
  ['Database', 'database'],
  ['HealthyDiet', 'healthy_diet'],
  ['IndicatorPanelHealth', 'indicator_panel'],
  ['HTTPHealth', 'http'],
  ['HTTPServerHealth', 'http_server'],
  ['PaymentsAPIHealth', 'payments_api'],
  ['S3BucketHealth', 's3_bucket'],
  ['V2Health', 'v2'],
  ['stock', 'stock'],
  ['Health', ''],
  ['HealthIndicator', ''],
  ['HealthCheck', ''],
  ['Indicator', ''],
  ['', ''],
])('the indicator %s is named "%s"', (className, name) => {
  expect(nameFromClass(className)).toBe(name);
});
