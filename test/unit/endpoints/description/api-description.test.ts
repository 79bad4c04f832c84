import { afterEach, expect, it, vi } from 'vitest';
import { ApiDescription } from '../../../../src/endpoints/description/api-description.js';
import * as loader from '../../../../src/endpoints/description/load-controller-description.js';
import { HealthConfigurationError } from '../../../../src/errors/configuration.error.js';
import { descriptionMissing } from '../../../../src/errors/messages.js';
import { createHealthController, mapRoutes } from '../../../../src/endpoints/health.controller.js';
import { resolveModuleOptions } from '../../../../src/options/resolve-module.js';

vi.mock(import('../../../../src/endpoints/description/load-controller-description.js'), { spy: true });

afterEach(() => vi.restoreAllMocks());

it('the API description is made when a document is made, and not when the application starts', () => {
  const controller = createHealthController();
  const { settings } = resolveModuleOptions({}, {});
  mapRoutes(controller, settings, false);
  const description = new ApiDescription(controller, settings);
  description.addFormat('html', 'text/html');
  expect(loader.loadControllerDescription).not.toHaveBeenCalled();
  const handler = controller.prototype.ready as object;
  expect(Reflect.getMetadata('swagger/apiExcludeEndpoint', handler)).toEqual({ disable: false });
  expect(Object.keys(Reflect.getMetadata('swagger/apiResponse', handler) as object)).toContain('503');
  expect(loader.loadControllerDescription).toHaveBeenCalledOnce();
});

it('the API description names the remedy when a bundle does not contain it', () => {
  const controller = createHealthController();
  const { settings } = resolveModuleOptions({}, {});
  mapRoutes(controller, settings, false);
  new ApiDescription(controller, settings).addFormat('html', 'text/html');
  vi.mocked(loader.loadControllerDescription).mockImplementation(() => {
    throw new Error("Cannot find module './endpoints-description.cjs'");
  });
  const excluded = Reflect.getMetadata('swagger/apiExcludeEndpoint', controller.prototype.ready as object) as object;
  expect(() => Object.keys(excluded)).toThrow(new HealthConfigurationError([descriptionMissing()]));
});
