import { tmpdir } from 'node:os';
import { Module } from '@nestjs/common';
import { DiskIndicator, EventLoopIndicator, MemoryIndicator } from 'nest-vitals/indicators';

const MEBIBYTE = 1024 ** 2;

/** Only `deep` shows these indicators, because they are no reason to take an instance out of rotation. */
const ONLY_DEEP = { probes: [], critical: false };

/** The resources of the process. */
@Module({
  providers: [
    MemoryIndicator('memory', ONLY_DEEP),
    // Only free bytes count: a percentage says little about a disk of unknown size.
    DiskIndicator('disk', {
      ...ONLY_DEEP,
      paths: [tmpdir()],
      used: { warn: false, fail: false },
      inodes: { warn: false, fail: false },
      free: { warn: 100 * MEBIBYTE, fail: 10 * MEBIBYTE },
    }),
    // The embedded database runs in this thread and delays the event loop.
    EventLoopIndicator('event_loop', { ...ONLY_DEEP, delay: { warn: 500 } }),
  ],
})
export class ProcessHealthModule {}
