import { freePorts } from './free-ports.mjs';
import { InstanceProcess } from './instance-process.mjs';
import { OpenLoopLoad } from './open-loop-load.mjs';
import { SUBJECTS } from './subjects.mjs';

/**
 * Starts instances behind a balancer and passes them to `rehearse`, with a load that `rehearse` starts. Stops everything
 * afterwards, also after an error.
 */
export async function withFleet({ subject, names, balancer, rate, postEvery, environment = {} }, rehearse) {
  const { application, adapter, environment: ofSubject, prepare, ...defaults } = SUBJECTS[subject];
  const prepared = await prepare?.();
  const [port, ...ports] = await freePorts(2 * names.length + 1);
  const instances = names.map(
    (name, index) =>
      new InstanceProcess({
        name,
        port: ports[index],
        agentPort: balancer.usesAgent ? ports[names.length + index] : undefined,
        application,
        adapter,
        environment: { ...ofSubject, ...prepared?.environment, ...environment },
      }),
  );
  const load = new OpenLoopLoad({ port, path: '/orders', rate, postEvery: postEvery ?? defaults.postEvery });
  try {
    await Promise.all(instances.map((instance) => instance.start()));
    await balancer.start({ port, instances });
    return await rehearse({ instances, load });
  } finally {
    await load.stop();
    for (const instance of instances) instance.kill();
    await balancer.stop();
    await prepared?.stop();
  }
}
