import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Channel, type ChannelModel, type RecoveringChannelModel, connect } from 'amqplib';
import { Configuration } from '../configuration.js';
import type { Order } from '../orders/order.entity.js';

const EXCHANGE = 'orders';
/** Milliseconds until the connection is tried again, at most. */
const LONGEST_DELAY = 2000;

/** Tells whoever wants to know which orders are placed. The connection comes back by itself when the broker does. */
@Injectable()
export class OrderEvents implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(OrderEvents.name);
  #connection: RecoveringChannelModel | undefined;
  #channel: Channel | undefined;

  constructor(private readonly configuration: Configuration) {}

  /** What the health check looks at. */
  get connection(): RecoveringChannelModel | undefined {
    return this.#connection;
  }

  async onModuleInit(): Promise<void> {
    const setup = (model: ChannelModel): Promise<void> => this.#open(model);
    const recovery = { waitForConnect: false, initialDelay: 100, maxDelay: LONGEST_DELAY, setup };
    this.#connection = await connect(this.configuration.rabbitmqUrl ?? '', { recovery });
    this.#connection.on('error', () => undefined);
  }

  /** An event is a courtesy: an order that nobody hears of is an order all the same. */
  placed(order: Order): void {
    if (this.#channel) this.#channel.publish(EXCHANGE, 'order.placed', Buffer.from(JSON.stringify(order)));
    else this.#logger.warn(`Nobody was told of order ${order.id}: there is no connection`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connection?.close();
  }

  /** Called whenever there is a connection anew. */
  async #open(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    channel.once('close', () => (this.#channel = undefined));
    await channel.assertExchange(EXCHANGE, 'topic');
    this.#channel = channel;
  }
}
