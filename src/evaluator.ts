import type { HealthEngine } from './core/health-engine.js';
import type { Evaluation } from './core/probe.js';
import type { ReportSource } from './endpoints/responder.js';
import type { Registration } from './registration.js';

/** Evaluates probes and indicators for the endpoints, including those of modules that were loaded after the start. */
export class Evaluator implements ReportSource {
  readonly #engine: HealthEngine;
  readonly #registration: Registration;

  constructor(engine: HealthEngine, registration: Registration) {
    this.#engine = engine;
    this.#registration = registration;
  }

  has(name: string): boolean {
    this.#registration.addModules();
    return this.#engine.has(name);
  }

  evaluate(name: string, timeLimit?: number): Evaluation | Promise<Evaluation> {
    this.#registration.addModules();
    return this.#engine.evaluate(name, timeLimit);
  }
}
