import { Module, type ModuleMetadata, type Type } from '@nestjs/common';

/** A module class of this name: the names of modules stand in messages. */
export function moduleNamed(name: string, metadata: ModuleMetadata): Type {
  const module = class {
    readonly isFromTest = true;
  };
  Object.defineProperty(module, 'name', { value: name });
  Module(metadata)(module);
  return module;
}
