/** Tells how long the import of the package takes where Nest and RxJS are loaded already. */
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import 'rxjs';

const began = performance.now();
await import('nest-vitals');
process.send({ took: performance.now() - began });
process.on('disconnect', () => process.exit());
