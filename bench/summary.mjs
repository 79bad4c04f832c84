import { interquartile, median } from './statistics.mjs';

/** The figures of a subject and its ratios to others. `costs`: microseconds per request by subject, one for each round. */
export function summarise(subject, costs, body) {
  const own = costs.get(subject.name);
  const compare = (other) => other && ratio(costs.get(other), own);
  return {
    table: subject.table,
    subject: subject.name,
    bytes: body === undefined ? undefined : Buffer.byteLength(body),
    microsecondsPerRequest: { median: median(own), quartiles: interquartile(own) },
    toBareString: compare(subject.baseline),
    overBareString: subject.baseline && difference(own, costs.get(subject.baseline)),
    toBareStringAndHeaders: compare(subject.headersBaseline),
    toBareObject: compare(subject.objectBaseline),
    toNodeHttp: compare(subject.minimum),
    toTerminus: compare(subject.competitor),
    toWithout: compare(subject.without),
    itToOwn: subject.comparedWith && ratio(own, costs.get(subject.comparedWith)),
  };
}

/** The microseconds per request that the first needs more than the second. */
function difference(own, others) {
  const differences = own.map((cost, round) => cost - others[round]);
  return { median: median(differences), quartiles: interquartile(differences) };
}

/** The CPU time of the first divided by that of the second: above 1, the second is cheaper. */
function ratio(others, own) {
  const ratios = own.map((cost, round) => others[round] / cost);
  return { median: median(ratios), quartiles: interquartile(ratios) };
}
