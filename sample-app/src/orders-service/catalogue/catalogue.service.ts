import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { HealthService } from 'nest-vitals';
import { Configuration } from '../configuration.js';
import { Database } from '../database/database.js';
import { ASSORTMENT } from './assortment.js';
import { Product } from './product.entity.js';

/** Keeps products and prices in memory. Orders need the prices, so readiness waits until they are loaded. */
@Injectable()
export class CatalogueService implements OnModuleInit, OnApplicationBootstrap {
  #products: ReadonlyMap<string, Product> = new Map();

  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly health: HealthService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.run((manager) => manager.upsert(Product, [...ASSORTMENT], ['sku']));
  }

  onApplicationBootstrap(): void {
    // Not awaited: meanwhile the application listens, and `ready` is 503 with the reason `starting: catalogue`.
    void this.health.delayReadiness('catalogue', this.warmUp());
  }

  list(): readonly Product[] {
    return [...this.#products.values()];
  }

  find(sku: string): Product | undefined {
    return this.#products.get(sku);
  }

  private async warmUp(): Promise<void> {
    await delay(this.configuration.catalogueWarmUp, undefined, { ref: false });
    const products = await this.database.run((manager) => manager.find(Product));
    this.#products = new Map(products.map((product) => [product.sku, product]));
  }
}
