import { HealthAlertsModule, webhook } from 'nest-vitals/alerts';

const { OrdersServiceModule } = await import('../../../sample-app/dist/orders-service/orders-service.module.js');

const { ALERTS_URL, INSTANCE } = process.env;

/** The orders service of the sample application, with alerts to `ALERTS_URL`. */
export const metadata = {
  imports: [
    OrdersServiceModule,
    HealthAlertsModule.forRoot({
      targets: [webhook({ url: ALERTS_URL, indicators: ['database'] })],
      debounce: 500,
      instance: INSTANCE,
    }),
  ],
};
