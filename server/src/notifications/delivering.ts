import type { Outbox } from './outbox.ts'

const everyMs = 5_000

/** Delivers from the outbox every few seconds, beside the requests, until it is closed. */
export function startDelivering(outbox: Pick<Outbox, 'deliverDue'>, log: { readonly warn: (fields: object, message: string) => void }): { close: () => Promise<void> } {
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const turn = async () => {
    try {
      await outbox.deliverDue()
    } catch (err) {
      log.warn({ err }, 'messages cannot be delivered now')
    }
    if (!isClosed) schedule()
  }
  const schedule = () => { timer = setTimeout(() => { running = turn() }, everyMs).unref() }
  schedule()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
