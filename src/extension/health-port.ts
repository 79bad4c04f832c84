/** The port on which a request has arrived: that of the application, or the management port. */
export type HealthPort = 'main' | 'management';
