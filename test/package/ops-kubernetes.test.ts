import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { codeBlocks } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The parts of a manifest that these tests read. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: object };
  readonly spec: Spec;
}

interface Spec {
  readonly selector: object;
  readonly template: { readonly metadata: { readonly labels: object }; readonly spec: Pod };
  readonly replicas: number;
  readonly maxUnavailable: number;
  readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
  readonly endpoints: readonly { readonly port: string; readonly path: string; readonly authorization: object }[];
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly image: string;
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly env: readonly { readonly name: string; readonly valueFrom: { readonly secretKeyRef: object } }[];
    readonly lifecycle?: object;
  }[];
}

const manifests = ['ops/kubernetes/orders.yaml', 'ops/kubernetes/service-monitor.yaml'].flatMap((path) =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Manifest),
);

function manifest(kind: string): Manifest {
  const found = manifests.find((candidate) => candidate.kind === kind);
  if (!found) throw new Error(`no manifest is a ${kind}`);
  return found;
}

const { roots, $defs } = JSON.parse(read('test/support/kubernetes/api-schemas.json')) as {
  readonly roots: Readonly<Record<string, object>>;
  readonly $defs: object;
};
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

function validatorOf(kind: string): ValidateFunction {
  return ajv.compile({ ...roots[kind], $defs });
}

/** The errors of a manifest by the schema of the API. */
function faultsOf(object: { readonly kind: string }): string[] {
  const validate = validatorOf(object.kind);
  validate(object);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('the manifests for Kubernetes', () => {
  it.each(manifests.map((object) => [object.kind, object] as const))(
    '%s is valid by the schema of the API',
    (_kind, object) => {
      expect(faultsOf(object)).toEqual([]);
    },
  );

  it('are checked for unknown properties, missing properties and wrong types', () => {
    const service = manifest('Service');
    expect(faultsOf({ ...service, spec: { ...service.spec, selektor: {} } } as Manifest)).toEqual([
      '/spec must NOT have additional properties',
    ]);
    const { selector: _selector, ...spec } = manifest('Deployment').spec;
    expect(faultsOf({ ...manifest('Deployment'), spec } as Manifest)).toEqual([
      "/spec must have required property 'selector'",
    ]);
    const budget = manifest('PodDisruptionBudget');
    expect(faultsOf({ ...budget, spec: { ...budget.spec, maxUnavailable: true } } as unknown as Manifest)).toContain(
      '/spec/maxUnavailable must match a schema in anyOf',
    );
  });

  const { template, selector, replicas } = manifest('Deployment').spec;
  const [container] = template.spec.containers;
  const labels = { 'app.kubernetes.io/name': 'orders' };

  it('select the same pods', () => {
    expect(template.metadata.labels).toEqual(labels);
    expect(selector).toEqual({ matchLabels: labels });
    expect(manifest('Service').spec.selector).toEqual(labels);
    expect(manifest('PodDisruptionBudget').spec.selector).toEqual({ matchLabels: labels });
    expect(manifest('Service').metadata.labels).toEqual(labels);
    expect(manifest('ServiceMonitor').spec.selector).toEqual({ matchLabels: labels });
  });

  it('use one name for the port, and the port number of the image', () => {
    const [port] = container?.ports ?? [];
    const [servicePort] = manifest('Service').spec.ports;
    const [endpoint] = manifest('ServiceMonitor').spec.endpoints;
    expect([servicePort?.targetPort, servicePort?.name, endpoint?.port]).toEqual([port?.name, port?.name, port?.name]);
    expect(read('ops/docker/Dockerfile')).toContain(`EXPOSE ${port?.containerPort}\n`);
    expect(read('ops/docker/compose.yaml')).toContain(`image: ${container?.image}\n`);
  });

  it('keep one pod during a disruption', () => {
    expect(replicas).toBeGreaterThan(manifest('PodDisruptionBudget').spec.maxUnavailable);
  });

  it('use the API key of the application for the metrics', () => {
    const [variable] = container?.env ?? [];
    const [endpoint] = manifest('ServiceMonitor').spec.endpoints;
    expect(variable).toEqual({
      name: 'HEALTH_API_KEYS',
      valueFrom: { secretKeyRef: { name: 'orders-health', key: 'api-key' } },
    });
    expect(endpoint?.authorization).toEqual({ type: 'Bearer', credentials: variable?.valueFrom.secretKeyRef });
  });

  it('have the probes and the grace period of the guide, and no preStop', () => {
    const [block] = codeBlocks(join(root, 'docs/kubernetes.md'), 'yaml');
    const guide = parse(block?.code ?? '') as { readonly spec: Pod };
    expect(template.spec).toMatchObject(guide.spec);
    expect(guide.spec.containers).toHaveLength(1);
    expect(container).not.toHaveProperty('lifecycle');
  });

  it('have a grace period for the longest shutdown', () => {
    // The defaults of maxDelay and timeout in seconds, and one second for other shutdown hooks.
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(15 + 10 + 1);
  });
});
