/** A thread for tests of the pool: each task says how it ends. */
import { CodecError } from '../codec-error.ts'
import { answerTasks } from './answer-tasks.ts'

export type Trouble = { readonly ends: 'well'; readonly bytes: Uint8Array } | { readonly ends: 'badly' | 'never' | 'in a trap' | 'with the thread' | 'late' }

/** `unreachable`, the instruction a codec built for WebAssembly executes when it asserts. */
const trap = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x74, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b)

answerTasks<Trouble, Uint8Array>(async (task) => {
  switch (task.ends) {
    case 'well': {
      const result = task.bytes.slice()
      return { result, transfer: [result.buffer] }
    }
    case 'badly':
      throw new CodecError('malformed', 'the stream is broken')
    case 'in a trap': {
      const broken = new WebAssembly.Instance(new WebAssembly.Module(trap), {}).exports['t']
      if (typeof broken === 'function') (broken as () => number)()
      throw new CodecError('malformed', 'the trap did not spring')
    }
    case 'with the thread':
      process.exit(3)
      break
    case 'late': {
      const result = Uint8Array.of(9)
      await new Promise((resolve) => { setTimeout(resolve, 100) })
      return { result, transfer: [result.buffer] }
    }
    case 'never':
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  }
})
