const { OrdersServiceModule } = await import('../../../sample-app/dist/orders-service/orders-service.module.js');

/** The orders service of the sample application, as Nest's own command has compiled it. */
export const metadata = { imports: [OrdersServiceModule] };
