import type { LogFile } from './log-file.ts'

/** pino's number for a warning; what is below stays in the file. */
const warning = 40
const words: Readonly<Record<number, string>> = { 40: 'warning', 50: 'error', 60: 'fatal' }

/** Takes the server's log lines: all go to the file, and what a person should see goes to the terminal in plain words. */
export function terminalLog(file: LogFile, say: (line: string) => void): (line: string) => void {
  return (line) => {
    file.write(line)
    const entry = parsed(line)
    if (entry === undefined) say(line)
    else if (entry.level >= warning) say(`${words[entry.level] ?? 'server'}: ${entry.msg}`)
  }
}

/** A line of pino's; undefined for anything else a program prints. */
function parsed(line: string): { level: number; msg: string } | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry !== 'object' || entry === null || !('level' in entry) || typeof entry.level !== 'number') return undefined
    return { level: entry.level, msg: 'msg' in entry && typeof entry.msg === 'string' ? entry.msg : '' }
  } catch {
    return undefined
  }
}
