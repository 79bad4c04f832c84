import type { ActionDescription } from '../extension/health-actions.js';

/** The name of the handler of an operation, from which @nestjs/swagger makes the id of the operation. */
export function handlerOf(name: string, { method, path }: Pick<ActionDescription, 'method' | 'path'>): string {
  return [name, method.toLowerCase(), ...path.split(/\W+/).filter((part) => part !== '')].join('_');
}

/** The name of the controller's handler for a group that has a route of its own. */
export const groupHandler = (group: string): string => `group_${group}`;
