import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import type { Request } from 'express';

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/** Permits callers on this machine only, for every address that the service listens on. */
@Injectable()
export class LoopbackGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { socket } = context.switchToHttp().getRequest<Request>();
    if (LOOPBACK.test(socket.remoteAddress ?? '')) return true;
    throw new ForbiddenException('the demo commands accept callers on this machine only');
  }
}
