import 'reflect-metadata';
import { Injectable, Scope } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { HealthIndicator } from '../../../src/discovery/health-indicator.decorator.js';
import { getIndicatorMetadata } from '../../../src/discovery/indicator-metadata.js';

const scopeOf = (target: object): unknown => Reflect.getMetadata('scope:options', target);
const isInjectable = (target: object): boolean => Reflect.hasOwnMetadata('__injectable__', target);

@HealthIndicator('stock', { timeout: 300 })
class StockHealth implements HealthIndicator {
  check(): void {}
}

@HealthIndicator({ timeout: 400 })
class CacheHealth implements HealthIndicator {
  check(): void {}
}

@HealthIndicator()
class DiskHealth implements HealthIndicator {
  check(): void {}
}

describe('@HealthIndicator()', () => {
  it('stores the name and the options, either of which may be missing', () => {
    expect(getIndicatorMetadata(StockHealth)).toStrictEqual({ name: 'stock', options: { timeout: 300 } });
    expect(getIndicatorMetadata(CacheHealth)).toStrictEqual({ name: undefined, options: { timeout: 400 } });
    expect(getIndicatorMetadata(DiskHealth)).toStrictEqual({ name: undefined, options: {} });
  });

  it('makes the class injectable', () => {
    expect([StockHealth, CacheHealth, DiskHealth].every((target) => isInjectable(target))).toBe(true);
  });

  it('keeps the scope of the class, with either order of the decorators', () => {
    @HealthIndicator('below')
    @Injectable({ scope: Scope.REQUEST })
    class Below implements HealthIndicator {
      check(): void {}
    }
    @Injectable({ scope: Scope.REQUEST })
    @HealthIndicator('above')
    class Above implements HealthIndicator {
      check(): void {}
    }
    expect(scopeOf(Below)).toStrictEqual({ scope: Scope.REQUEST });
    expect(scopeOf(Above)).toStrictEqual({ scope: Scope.REQUEST });
  });

  it('makes a subclass of an injectable class injectable in its own right', () => {
    @Injectable({ scope: Scope.REQUEST })
    class Base {
      check(): void {}
    }
    @HealthIndicator('derived')
    class Derived extends Base implements HealthIndicator {}
    expect(isInjectable(Derived)).toBe(true);
  });

  it('is inherited by subclasses, which may have their own', () => {
    class Inherited extends StockHealth {}
    @HealthIndicator('own')
    class Own extends StockHealth {}
    expect(getIndicatorMetadata(Inherited)?.name).toBe('stock');
    expect(getIndicatorMetadata(Own)?.name).toBe('own');
    expect(getIndicatorMetadata(StockHealth)?.name).toBe('stock');
  });
});

describe('getIndicatorMetadata', () => {
  it('finds no metadata on a class without the decorator', () => {
    class Plain {
      check(): void {}
    }
    const values = [Plain, 'text', undefined, null, {}, Symbol('token')];
    expect(values.map((value) => getIndicatorMetadata(value))).toStrictEqual(values.map(() => undefined));
  });
});
