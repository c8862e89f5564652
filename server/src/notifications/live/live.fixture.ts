/** A page that listens, over a real connection. */
export interface HeardEvent {
  readonly name: string
  readonly data: Record<string, unknown>
}

export interface Listener {
  readonly status: number
  readonly heard: readonly HeardEvent[]
  /** Where it would go on, as a browser remembers it. */
  readonly lastEventId: () => string
  /** The next event of this name after those asked for before. @throws when it does not come */
  readonly next: (name: string, withinMs?: number) => Promise<HeardEvent>
  /** Resolves when the stream has ended by itself. */
  readonly ended: Promise<void>
  readonly close: () => void
}

/** Opens `GET /api/events`. */
export async function listen(url: string, headers: Record<string, string>): Promise<Listener> {
  const aborting = new AbortController()
  const response = await fetch(url, { headers, signal: aborting.signal })
  const heard: HeardEvent[] = []
  const waiting = new Set<() => void>()
  const taken = new Map<string, number>()
  let id = ''
  const take = (block: string) => {
    const lines = block.split('\n').filter((line) => !line.startsWith(':'))
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
    id = field('id') ?? id
    const data = field('data')
    if (data !== undefined) heard.push({ name: field('event') ?? 'message', data: JSON.parse(data) as Record<string, unknown> })
    for (const wake of waiting) wake()
  }
  const read = async () => {
    let text = ''
    try {
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString('utf8')
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          take(text.slice(0, end))
          text = text.slice(end + 2)
        }
      }
    } catch (error) {
      if (!aborting.signal.aborted) throw error
    }
  }
  return {
    status: response.status, heard, lastEventId: () => id, ended: read(), close: () => { aborting.abort() },
    next: (name, withinMs = 5_000) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => { waiting.delete(look); reject(new Error(`No ${name} came; heard: ${heard.map((one) => one.name).join(', ')}`)) }, withinMs)
      const look = () => {
        const found = heard.filter((one) => one.name === name)[taken.get(name) ?? 0]
        if (found === undefined) return
        taken.set(name, (taken.get(name) ?? 0) + 1)
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    }),
  }
}
