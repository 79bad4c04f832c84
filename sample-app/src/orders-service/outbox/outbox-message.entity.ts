import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A payment that has not been made yet. It is deleted when the payments service has accepted it. */
@Entity('outbox_messages')
export class OutboxMessage {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 36 })
  orderId!: string;

  @Column({ type: 'integer' })
  amountCents!: number;
}
