import { Module, type ModuleMetadata, type Type } from '@nestjs/common';

/** A module class with this name, for tests of messages that contain module names. */
export function moduleNamed(name: string, metadata: ModuleMetadata): Type {
  const module = class {
    readonly isFromTest = true;
  };
  Object.defineProperty(module, 'name', { value: name });
  Module(metadata)(module);
  return module;
}
