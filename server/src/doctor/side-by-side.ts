/** One entry of a list that is sorted by key. */
export interface Keyed {
  readonly key: string
}

type Lists = Readonly<Record<string, AsyncIterable<Keyed>>>

/** One key, and what each list has under it. */
export type Row<L extends Lists> = { readonly key: string } & { readonly [Name in keyof L]?: L[Name] extends AsyncIterable<infer Entry> ? Entry : never }

/**
 * Walks lists that ascend by key side by side: every key of any of them once, ascending, with the entries that have it.
 * One entry of each list is in memory at a time, however long they are.
 * @throws Error when a list does not ascend: comparing on would find differences that are none
 */
export async function* sideBySide<L extends Lists>(lists: L): AsyncGenerator<Row<L>> {
  const heads = Object.entries(lists).map(([name, list]) => ({ name, entries: list[Symbol.asyncIterator](), entry: undefined as Keyed | undefined }))
  const advance = async (head: typeof heads[number]) => {
    const previous = head.entry
    const next = await head.entries.next()
    head.entry = next.done === true ? undefined : next.value
    if (previous && head.entry && head.entry.key <= previous.key) throw new Error(`The list "${head.name}" is not in the order of its keys.`)
  }
  try {
    await Promise.all(heads.map(advance))
    for (;;) {
      const present = heads.flatMap(({ entry }) => (entry ? [entry.key] : []))
      if (present.length === 0) return
      const key = present.reduce((least, one) => (one < least ? one : least))
      const here = heads.filter(({ entry }) => entry?.key === key)
      yield { key, ...Object.fromEntries(here.map(({ name, entry }) => [name, entry])) } as Row<L>
      for (const head of here) await advance(head)
    }
  } finally {
    for (const { entries } of heads) await entries.return?.()
  }
}
