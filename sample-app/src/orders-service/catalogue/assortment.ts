import type { Product } from './product.entity.js';

/** The products of the shop. */
export const ASSORTMENT: readonly Product[] = [
  { sku: 'tea', name: 'Darjeeling, 100 g', priceCents: 890 },
  { sku: 'coffee', name: 'Espresso roast, 500 g', priceCents: 1490 },
  { sku: 'kettle', name: 'Kettle, 1.2 l', priceCents: 4900 },
];
