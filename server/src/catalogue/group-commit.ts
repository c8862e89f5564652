import { setImmediate, setTimeout } from 'node:timers/promises'

/** Collects work that waits and does it together. */
export interface GroupCommit<Item, Result> {
  /** Resolves when the item's group is committed; rejects when this item could not be. */
  add: (item: Item) => Promise<Result>
  /** Refuses what comes later and resolves when all that waits is done. */
  close: () => Promise<void>
}

export interface GroupCommitOptions<Item, Result> {
  /** Does all of it or none of it; results in the order of the items. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Groups run side by side only in different lanes; items of one lane keep to one. */
  readonly laneOf: (item: Item) => number
  readonly lanes: number
  /** Two items with the same identity never share a group: the second must see what the first did. */
  readonly identityOf: (item: Item) => string
  readonly byteLengthOf: (item: Item) => number
  readonly maxItems: number
  readonly maxBytes: number
  /** Milliseconds to wait before the attempt-th try again (from 1), or undefined to give up. */
  readonly retryAfterMs: (error: unknown, attempt: number) => number | undefined
  /** True when one item may have spoilt the group, so that its halves are tried apart. */
  readonly isOneItemsFault: (error: unknown) => boolean
}

interface Entry<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Group commit: while one group is being committed the next one gathers, so the cost of a commit is shared by as many as
 * happen to wait. Nothing waits for a group to fill.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const lanes = Array.from({ length: options.lanes }, () => ({ waiting: [] as Entry<Item, Result>[], running: Promise.resolve(), isRunning: false }))
  let isClosed = false

  const commitWithRetry = async (items: readonly Item[]): Promise<readonly Result[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await options.commit(items)
      } catch (error) {
        const delayMs = options.retryAfterMs(error, attempt)
        if (delayMs === undefined) throw error
        await setTimeout(delayMs)
      }
    }
  }

  const settle = async (group: readonly Entry<Item, Result>[]): Promise<void> => {
    try {
      const results = await commitWithRetry(group.map(({ item }) => item))
      group.forEach(({ resolve }, index) => { resolve(results[index] as Result) })
    } catch (error) {
      if (group.length === 1 || !options.isOneItemsFault(error)) {
        for (const { reject } of group) reject(error)
        return
      }
      const middle = group.length >> 1
      await settle(group.slice(0, middle))
      await settle(group.slice(middle))
    }
  }

  const run = async (lane: typeof lanes[number]): Promise<void> => {
    try {
      while (lane.waiting.length > 0) {
        // Lets everyone whom the last commit woke put in their next item first.
        await setImmediate()
        const [group, rest] = nextGroup(lane.waiting, options)
        lane.waiting = rest
        await settle(group)
      }
    } finally {
      lane.isRunning = false
    }
  }

  return {
    add: (item) => new Promise<Result>((resolve, reject) => {
      const lane = lanes[options.laneOf(item) % options.lanes]
      if (isClosed || lane === undefined) {
        reject(new Error('nothing more is written: the server is closing'))
        return
      }
      lane.waiting.push({ item, resolve, reject })
      if (!lane.isRunning) {
        lane.isRunning = true
        lane.running = run(lane)
      }
    }),
    close: async () => {
      isClosed = true
      await Promise.all(lanes.map(({ running }) => running))
    },
  }
}

/** The first items that fit into one group, and those that stay behind, both in the order they came. */
function nextGroup<Item, Result>(
  waiting: readonly Entry<Item, Result>[],
  { identityOf, byteLengthOf, maxItems, maxBytes }: GroupCommitOptions<Item, Result>,
): [group: Entry<Item, Result>[], rest: Entry<Item, Result>[]] {
  const group: Entry<Item, Result>[] = []
  const rest: Entry<Item, Result>[] = []
  const identities = new Set<string>()
  let bytes = 0
  for (const [position, entry] of waiting.entries()) {
    if (group.length === maxItems) {
      rest.push(...waiting.slice(position))
      break
    }
    const identity = identityOf(entry.item)
    const byteLength = byteLengthOf(entry.item)
    const fits = group.length === 0 || bytes + byteLength <= maxBytes
    if (fits && !identities.has(identity)) {
      group.push(entry)
      bytes += byteLength
    } else {
      rest.push(entry)
    }
    // Also of what stays behind, so that a third one does not overtake the second.
    identities.add(identity)
  }
  return [group, rest]
}
