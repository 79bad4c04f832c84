import { BadRequestException, Body, Controller, Param, ParseUUIDPipe, Put } from '@nestjs/common';
import { type Payment, PaymentsService } from './payments.service.js';

@Controller('payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Put(':orderId')
  charge(@Param('orderId', ParseUUIDPipe) orderId: string, @Body('amountCents') amountCents: unknown): Payment {
    if (typeof amountCents !== 'number' || !Number.isInteger(amountCents) || amountCents < 0) {
      throw new BadRequestException('amountCents: use a whole number from 0');
    }
    return this.payments.charge(orderId, amountCents);
  }
}
