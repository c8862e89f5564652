import type { Attempt, Sender } from '../attempt.ts'

/** From this size on a cut line would cost more than the requests of an upload do. */
export const resumableFromBytes = 24 * 1024 * 1024

/** Large objects by one sender, all others by another; all by the other where the node has no place for the large ones. */
export function largeApart(small: Sender, large: Sender, fromBytes = resumableFromBytes): Sender {
  return {
    send: async (objects, signal): Promise<Attempt> => {
      const byUpload = objects.filter(({ byteLength }) => byteLength >= fromBytes)
      const byStow = objects.filter(({ byteLength }) => byteLength < fromBytes)
      const first: Attempt = byStow.length === 0 ? { verdicts: new Map() } : await small.send(byStow, signal)
      if (first.trouble || byUpload.length === 0) return first
      const uploaded = await large.send(byUpload, signal)
      const second = uploaded.trouble?.error.code === 'wrongAddress' ? await small.send(byUpload, signal) : uploaded
      return { ...second, verdicts: new Map([...first.verdicts, ...second.verdicts]) }
    },
    close: async () => {
      await small.close()
      await large.close()
    },
  }
}
