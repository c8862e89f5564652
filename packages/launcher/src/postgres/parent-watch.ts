import { spawn } from 'node:child_process'

/**
 * Interrupts process `pid` when this process ends in any way, kill -9 included, where the system cannot do that itself.
 *
 * A shell reads from a pipe that only this process holds open: the end of the pipe is the end of this process.
 */
export function stopWhenWeAreGone(pid: number, exited: Promise<void>): void {
  const watch = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -INT "$1" 2>/dev/null', 'watch', String(pid)],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watch.unref()
  // Otherwise the shell would later interrupt whoever gets the number next.
  void exited.then(() => watch.kill('SIGKILL'))
}
