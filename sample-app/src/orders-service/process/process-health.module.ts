import { tmpdir } from 'node:os';
import { Module } from '@nestjs/common';
import { DiskIndicator, EventLoopIndicator, MemoryIndicator } from 'nest-vitals';

const MEBIBYTE = 1024 ** 2;

/** Worth knowing, but no reason to send requests elsewhere: of the probes, `deep` alone asks for them. */
const WORTH_KNOWING = { probes: [], critical: false };

/** What the process lives on. */
@Module({
  providers: [
    MemoryIndicator('memory', WORTH_KNOWING),
    // How full somebody's disk is says little; that this service has room left is all that it needs.
    DiskIndicator('disk', {
      ...WORTH_KNOWING,
      paths: [tmpdir()],
      used: { warn: false, fail: false },
      inodes: { warn: false, fail: false },
      free: { warn: 100 * MEBIBYTE, fail: 10 * MEBIBYTE },
    }),
    // An embedded database works in this thread, so that some delay is to be expected.
    EventLoopIndicator('event_loop', { ...WORTH_KNOWING, delay: { warn: 500 } }),
  ],
})
export class ProcessHealthModule {}
