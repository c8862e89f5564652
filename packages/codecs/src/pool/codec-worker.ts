/** A thread that decodes and encodes frames. */
import { decodeFrame, encodeFrame } from '../codecs.ts'
import type { CodecResult, CodecTask } from './codec-pool.ts'
import { answerTasks, owned } from './answer-tasks.ts'

answerTasks<CodecTask, CodecResult>(async (task) => {
  const native = task.from === undefined ? { pixels: task.bytes, format: task.format } : await decodeFrame(task.bytes, task.from, task.format)
  const encoded = task.to === undefined ? { bytes: native.pixels, format: native.format } : await encodeFrame(native.pixels, native.format, task.to, task.options)
  const bytes = owned(encoded.bytes)
  return { result: { bytes, format: encoded.format }, transfer: [bytes.buffer] }
})
