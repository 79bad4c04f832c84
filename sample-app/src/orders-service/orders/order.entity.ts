import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type OrderStatus = 'placed' | 'paid';

@Entity('orders')
export class Order {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ type: 'varchar', length: 32 })
  sku!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  @Column({ type: 'integer' })
  totalCents!: number;

  @Index()
  @Column({ type: 'varchar', length: 16 })
  status!: OrderStatus;

  @CreateDateColumn()
  createdAt!: Date;
}
