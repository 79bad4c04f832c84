/** The name of the controller's handler for a group that has a route of its own. */
export const groupHandler = (group: string): string => `group_${group}`;
