/** The grace period of @nestjs/terminus, in milliseconds: the time that HAProxy needs with a check every second. */
const GRACE = 3000;
/** Every fifth request is a POST. */
const POST_EVERY = 5;

const vitals = (adapter) => ({
  title: `nest-vitals, ${adapter}`,
  application: 'vitals',
  adapter,
  postEvery: POST_EVERY,
});

const terminus = (adapter) => ({
  title: `terminus, ${adapter}`,
  application: 'terminus',
  adapter,
  postEvery: POST_EVERY,
  grace: GRACE,
  environment: { GRACE: String(GRACE) },
});

/** The applications that are restarted. */
export const SUBJECTS = {
  sample: {
    title: 'nest-vitals, sample application',
    application: 'sample',
    adapter: 'express',
    // The sample reports DEGRADED with more messages than this in its outbox.
    postEvery: 20,
    prepare: startPayments,
  },
  'vitals-express': vitals('express'),
  'vitals-fastify': vitals('fastify'),
  'terminus-express': terminus('express'),
  'terminus-fastify': terminus('fastify'),
};

/** The sample application needs the payments service. All instances share one, which is not restarted. */
async function startPayments() {
  const { PaymentsProcess } = await import('../../sample-app/dist/demo/payments-process.js');
  const payments = new PaymentsProcess(0, 'ignore');
  const url = await payments.start();
  return {
    environment: { PAYMENTS_URL: url, CATALOGUE_WARM_UP: '0', MANAGEMENT_PORT: '0' },
    stop: () => payments.stop(),
  };
}
