import { pino, type DestinationStream, type Logger } from 'pino'

/** Messages are constant; fields say which. UIDs, AE titles and addresses are fine; names, birth dates, PatientID and data sets never are. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** What may be written of an error: a database's text repeats the statement, another library's may repeat what it was given. */
const logSerializers = {
  err: (error: Error & { code?: unknown }) => ({ type: error.name, code: error.code, message: error.message, stack: framesOf(error), ...causeOf(error) }),
}

/** What the system said, where an error of ours stands for one of its: its code alone. */
function causeOf({ cause }: Error): { readonly cause?: string } {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? { cause: cause.code } : {}
}

/** The frames of a stack without its first line, which repeats the message. */
function framesOf(error: Error): string {
  return (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).join('\n')
}

/** The gateway's log: one JSON line an event, on standard output unless it is to go elsewhere. */
export function createLog(level: string, destination: DestinationStream = pino.destination(1)): Logger {
  return pino({ level, base: undefined, serializers: logSerializers }, destination)
}
