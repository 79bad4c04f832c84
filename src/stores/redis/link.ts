/** The operations that the store needs from a client. */
export interface Link {
  /** Whether the next command would connect the client. Default: false. */
  readonly isUnconnected?: boolean;
  /**
   * Sends a command to the primary that has `key`. Rejects at once while the client has no connection, because the client would
   * queue the command until it has one.
   */
  send(key: string, words: readonly string[], signal: AbortSignal): Promise<unknown>;
  /**
   * Subscribes to a channel. A key prefix of the client is also added to the channel. Resolves when the server has confirmed the
   * subscription, to a function that ends it and never throws. `onLost` is called when messages may have been missed.
   */
  subscribe(channel: string, listeners: ChannelListeners, signal: AbortSignal): Promise<() => void>;
}

export interface ChannelListeners {
  readonly onMessage: (message: string) => void;
  readonly onLost: (error: unknown) => void;
}
