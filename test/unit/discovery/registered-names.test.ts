import { describe, expect, it } from 'vitest';
import { RegisteredNames } from '../../../src/discovery/registered-names.js';

describe('RegisteredNames', () => {
  const namesOf = (...names: string[]): RegisteredNames<{ readonly place: string }> => {
    const registered = new RegisteredNames<{ readonly place: string }>();
    for (const name of names) registered.set(name, { place: `the place of ${name}` });
    return registered;
  };

  it('records composites with the place of their first part, until the last part is removed', () => {
    const registered = namesOf('cache', 'database/primary', 'database/replica');
    expect([...registered.composites]).toEqual([['database', 'the place of database/primary']]);
    registered.delete('database/primary');
    expect([...registered.composites]).toEqual([['database', 'the place of database/replica']]);
    registered.delete('database/replica');
    expect([...registered.composites]).toEqual([]);
    expect([...registered.keys()]).toEqual(['cache']);
  });

  it('finds the fault of an indicator and a composite with the same name, in either order', () => {
    const registered = namesOf('cache', 'database/primary');
    const places = (name: string): string => JSON.stringify(registered.compositeConflict(name, 'here'));
    expect(places('database')).toContain('the place of database/primary');
    expect(places('cache/near')).toContain('the place of cache');
    expect(registered.compositeConflict('queue', 'here')).toBeUndefined();
    expect(registered.compositeConflict('database/replica', 'here')).toBeUndefined();
    registered.delete('database/primary');
    expect(registered.compositeConflict('database', 'here')).toBeUndefined();
  });
});
