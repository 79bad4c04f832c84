import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

export interface CreateOrder {
  readonly sku: string;
  readonly quantity: number;
}

const MAX_QUANTITY = 100;

@Injectable()
export class ParseCreateOrder implements PipeTransform<unknown, CreateOrder> {
  transform(body: unknown): CreateOrder {
    const { sku, quantity } = (body ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof sku !== 'string' || sku === '') throw new BadRequestException('sku: use the key of a product');
    if (!Number.isInteger(quantity) || Number(quantity) < 1 || Number(quantity) > MAX_QUANTITY) {
      throw new BadRequestException(`quantity: use a whole number from 1 to ${MAX_QUANTITY}`);
    }
    return { sku, quantity: Number(quantity) };
  }
}
