import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A payment that has to be asked for. It is deleted when payments has said yes. */
@Entity('outbox_messages')
export class OutboxMessage {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 36 })
  orderId!: string;

  @Column({ type: 'integer' })
  amountCents!: number;
}
