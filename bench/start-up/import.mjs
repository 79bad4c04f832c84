/** Measures the import of the package after Nest and RxJS. */
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import 'rxjs';

const began = performance.now();
await import('nest-vitals');
process.send({ took: performance.now() - began });
process.on('disconnect', () => process.exit());
