/** Measures the import of a package after Nest and RxJS. Its name is the argument. */
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import 'rxjs';

const began = performance.now();
await import(process.argv[2]);
process.send({ took: performance.now() - began });
process.on('disconnect', () => process.exit());
