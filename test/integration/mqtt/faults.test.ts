import { MqttClient, connect } from 'mqtt';
import { MqttIndicator } from 'nest-vitals/mqtt';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { mosquitto } from '../../support/servers/mosquitto.js';

describeFaults('MqttIndicator', {
  server: mosquitto,
  indicator: 'devices',
  application: ({ url }) => {
    const client = connect(url, { reconnectPeriod: 100, connectTimeout: 3000 });
    client.on('error', () => undefined);
    const lifecycle = { onApplicationShutdown: () => client.endAsync(true) };
    const devices = moduleNamed('DevicesModule', {
      providers: [
        { provide: MqttClient, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [devices], providers: [MqttIndicator('devices', { client: MqttClient })] };
  },
  refused: /^connection reset$|^not connected: the client is reconnecting$/,
  work: ({ app }) => app.get(MqttClient).publishAsync('commands', 'on', { qos: 1 }),
  emitters: ({ app }) => [app.get(MqttClient)],
});
