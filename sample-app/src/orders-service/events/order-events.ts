import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Channel, type ChannelModel, type RecoveringChannelModel, connect } from 'amqplib';
import { Configuration } from '../configuration.js';
import type { Order } from '../orders/order.entity.js';

const EXCHANGE = 'orders';
/** The longest pause between two attempts to connect, in milliseconds. */
const LONGEST_DELAY = 2000;

/** Publishes an event for each placed order. The connection recovers by itself when the broker is back. */
@Injectable()
export class OrderEvents implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(OrderEvents.name);
  #connection: RecoveringChannelModel | undefined;
  #channel: Channel | undefined;

  constructor(private readonly configuration: Configuration) {}

  /** Read by the health check. */
  get connection(): RecoveringChannelModel | undefined {
    return this.#connection;
  }

  async onModuleInit(): Promise<void> {
    const setup = (model: ChannelModel): Promise<void> => this.#open(model);
    const recovery = { waitForConnect: false, initialDelay: 100, maxDelay: LONGEST_DELAY, setup };
    this.#connection = await connect(this.configuration.rabbitmqUrl ?? '', { recovery });
    this.#connection.on('error', () => undefined);
  }

  /** Publishes the event if the broker is connected. An order is valid without its event. */
  placed(order: Order): void {
    if (this.#channel) this.#channel.publish(EXCHANGE, 'order.placed', Buffer.from(JSON.stringify(order)));
    else this.#logger.warn(`No event was published for order ${order.id}: RabbitMQ is not connected`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connection?.close();
  }

  /** Runs after each new connection. */
  async #open(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    channel.once('close', () => (this.#channel = undefined));
    await channel.assertExchange(EXCHANGE, 'topic');
    this.#channel = channel;
  }
}
