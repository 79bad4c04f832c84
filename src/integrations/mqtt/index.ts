export { MqttIndicator } from './mqtt.indicator.js';
export type { MqttIndicatorOptions } from './mqtt.indicator.js';
export type { MqttConnection, MqttPacketListener } from '../../clients/mqtt-ping.js';
