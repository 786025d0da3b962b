import { hostname, userInfo } from 'node:os';
import type { OwnerProcess } from '../../core/cleanup/pending-cleanups.ts';

/** This process, as the owner of leases and pending cleanups. */
export function ownerProcess(): OwnerProcess {
  return { user: userName(), host: hostname(), pid: process.pid };
}

/** The user's name; in a container whose user has no entry in the list of users, the number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `user ${process.getuid?.()}`;
  }
}
