// A microservice in a separate process. Its argument is the port.
import 'reflect-metadata';
import { argv, stdout } from 'node:process';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport } from '@nestjs/microservices';

class ResponderController {
  health() {
    return 'well';
  }
}
MessagePattern('health')(
  ResponderController.prototype,
  'health',
  Object.getOwnPropertyDescriptor(ResponderController.prototype, 'health'),
);
Controller()(ResponderController);

class ResponderModule {}
Module({ controllers: [ResponderController] })(ResponderModule);

const microservice = await NestFactory.createMicroservice(ResponderModule, {
  transport: Transport.TCP,
  options: { host: '127.0.0.1', port: Number(argv[2]) },
  logger: false,
});
await microservice.listen();
stdout.write('the responder is ready\n');
