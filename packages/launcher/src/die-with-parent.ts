import { spawn, spawnSync } from 'node:child_process'

/**
 * Words to put before a command so that the system itself sends it `signal` when this process is gone, however it went.
 * Empty where the system has no such thing (macOS, a container without setpriv): use `endWithUs` there.
 */
export function parentDeathPrefix(signal: 'INT' | 'KILL'): readonly string[] {
  const prefix = ['setpriv', '--pdeathsig', signal, '--']
  return process.platform === 'linux' && spawnSync('setpriv', [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? prefix : []
}

/**
 * Sends `signal` to process `pid` when this process ends in any way, kill -9 included.
 *
 * A shell reads from a pipe that only this process holds open: the end of the pipe is the end of this process.
 */
export function endWithUs(pid: number, signal: 'INT' | 'KILL', exited: Promise<unknown>): void {
  const watch = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -"$1" "$2" 2>/dev/null', 'watch', signal, String(pid)],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watch.unref()
  // Otherwise the shell would later signal whoever gets the number next.
  void exited.then(() => watch.kill('SIGKILL'))
}
