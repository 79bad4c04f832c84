const { OrdersServiceModule } = await import('../../../sample-app/dist/orders-service/orders-service.module.js');

/** The orders service of the sample application, compiled by `nest build`. */
export const metadata = { imports: [OrdersServiceModule] };
