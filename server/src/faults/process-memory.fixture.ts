/** What the kernel knows of another process's memory (Linux). */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'

/** Only there can a test ask for another process's peak. */
export const canMeasureMemory = existsSync('/proc/self/clear_refs')

const mebibyte = 1024 ** 2

/** Begins a new measurement: the peak is from now on that of what comes. */
export const resetPeakMemory = (pid: number | undefined): Promise<void> => writeFile(`/proc/${String(pid)}/clear_refs`, '5')

/** The most resident memory since the last reset, bytes; not sampled but kept by the kernel, so no spike is missed. */
export const peakMemory = (pid: number | undefined): Promise<number> => kibibytes(pid, 'VmHWM')

/** Resident memory now, bytes. */
export const residentMemory = (pid: number | undefined): Promise<number> => kibibytes(pid, 'VmRSS')

export const inMebibytes = (bytes: number): string => `${(bytes / mebibyte).toFixed(0)} MiB`

async function kibibytes(pid: number | undefined, field: string): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8')
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (found === undefined) throw new Error(`The kernel does not tell ${field}.`)
  return Number(found) * 1024
}
