import { Controller, Get } from '@nestjs/common';
import { CatalogueService } from './catalogue.service.js';
import type { Product } from './product.entity.js';

/** Needs no database once the catalogue is loaded. */
@Controller('products')
export class CatalogueController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Get()
  list(): readonly Product[] {
    return this.catalogue.list();
  }
}
