/** The thread's side of a worker pool. */
import { parentPort } from 'node:worker_threads'
import { CodecError } from '../codec-error.ts'
import type { Answer, Question } from './messages.ts'

/** What a task gave, and which of its buffers go to the asker instead of being copied. */
export interface Outcome<Result> {
  readonly result: Result
  readonly transfer: readonly ArrayBuffer[]
}

/** Answers the tasks of the pool that started this thread, one after the other. A CodecError fails the task; anything else means the thread is not to be trusted again. */
export function answerTasks<Task, Result>(work: (task: Task) => Promise<Outcome<Result>>): void {
  const port = parentPort
  if (!port) throw new Error('this module runs in a thread of a worker pool only')
  const answer = (message: Answer<Result>, transfer: readonly ArrayBuffer[] = []): void => { port.postMessage(message, [...transfer]) }
  port.on('message', ({ task }: Question<Task>) => {
    work(task).then(
      ({ result, transfer }) => { answer({ result }, transfer) },
      (error: unknown) => { answer(error instanceof CodecError ? { code: error.code, message: error.message } : { trapped: true }) },
    )
  })
}

/** The bytes in a buffer that holds nothing else, so that it can be handed over. */
export function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength && !Buffer.isBuffer(bytes)) return bytes as Uint8Array<ArrayBuffer>
  return new Uint8Array(bytes)
}
