import { describe, expect, it } from 'vitest';
import * as clientMessages from '../../../src/clients/client-messages.js';
import * as coreMessages from '../../../src/errors/messages.js';

const messages = { ...coreMessages, ...clientMessages };

describe('a fault', () => {
  const faults = [
    messages.variableMalformed('HEALTH_TTL', '"soon"', 'a number'),
    messages.optionOutOfRange('here', '"soon"', 'a number'),
    messages.secretMalformed('here', 'a key'),
    messages.optionUnknown('here', 'dedline', ['deadline']),
    messages.descriptionMissing(),
    messages.partNameMalformed('here', '"a/b/c"'),
    messages.nameOfComposite('database', 'here', 'database/primary', 'there'),
    messages.compositeMisspelt('databse', 'database'),
    messages.optionFixed('here', ['timeout']),
    messages.liveExtended('here'),
    messages.liveChanged('options, critical', 'critical'),
    messages.indicatorsTooMany('here', 10_000),
    messages.maxAgeBelowTtl('here', 5, 10),
    messages.maxAgeWithinInterval('here', 5, 10),
    messages.minDelayAboveMaxDelay('here', 10, 5),
    messages.proberWithoutCriteria('here'),
    messages.nameMinified('here'),
    messages.instanceNameMalformed('here', '5'),
    messages.instanceNameUnreadable('here'),
    messages.nameMissing('here'),
    messages.nameNotUrlSafe('here', '"a b"'),
    messages.nameReserved('here', 'live'),
    messages.nameTaken('stock', ['here', 'there']),
    messages.nameTakenByInstances('stock', ['here', 'here']),
    messages.groupMemberUnknown('here', 'stock', ['cache']),
    messages.groupMemberUnknown('here', 'stock', []),
    messages.probeUnknown('here', 'raedy', ['ready']),
    messages.endpointPathShared('deep', ['here', 'there']),
    messages.headerReserved('here'),
    messages.headerBreaksResponse('here'),
    messages.accessEmpty('here'),
    messages.indicatorNotSingleton('here', 'transient'),
    messages.indicatorWithoutCheck('here'),
    messages.moduleImportedTwice(['AppModule', 'CatsModule']),
    messages.moduleImportedBare(['AppModule']),
    messages.decoratorNeedsStaticOptions(),
    messages.asyncOptionsIncomplete('here', 'useFactory'),
    messages.asyncOptionsMissing('HealthModule.forRootAsync()', 'null'),
    messages.moduleNotConfigured('HealthDashboardModule'),
    messages.healthModuleMissing('here', 'show'),
    messages.clientNotFound('here', ['TOKEN', 'Client'], [], 'provide it'),
    messages.clientUnusable('here', 'a string', 'a client', 'provide another'),
    messages.clientAmbiguous('here', 'TOKEN', 'name one'),
    messages.clientNotSingleton('here', 'TOKEN'),
    messages.packageMissing('here', 'pg'),
  ];

  it.each(faults.map((fault) => [fault.problem, fault] as const))('has a place and a remedy: %s', (_problem, fault) => {
    for (const text of [fault.place, fault.problem, fault.remedy]) {
      expect(text).toMatch(/\w/);
      expect(text).not.toMatch(/undefined|\[object|\n/);
    }
  });

  it('has a test for every kind', () => {
    const kinds = Object.values(messages).filter((value) => typeof value === 'function');
    // One kind is listed twice, because its remedy depends on whether there are any indicators.
    expect(faults).toHaveLength(kinds.length + 1);
  });
});

describe('groupMemberUnknown', () => {
  it('lists the indicators, or explains how to add one', () => {
    expect(messages.groupMemberUnknown('here', 'stock', ['cache', 'disk']).remedy).toBe(
      'the indicators are cache, disk',
    );
    expect(messages.groupMemberUnknown('here', 'stock', ['cache']).remedy).toBe('the indicators are cache');
    expect(messages.groupMemberUnknown('here', 'stock', []).remedy).toContain('@HealthIndicator()');
  });
});
