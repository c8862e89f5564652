/** What `make` gives for 1 to `count`, in order, `ahead` of them under way while one is taken. */
export async function* inOrder<T>(count: number, ahead: number, make: (number: number) => Promise<T>): AsyncGenerator<T> {
  const underway: Promise<T>[] = []
  for (let number = 1; number <= count || underway.length > 0; number++) {
    if (number <= count) {
      const one = make(number)
      // Awaited in its turn; until then a failure must not count as unhandled.
      one.catch(() => {})
      underway.push(one)
    }
    const first = underway[0]
    if (first && (underway.length > ahead || number >= count)) {
      yield await first
      void underway.shift()
    }
  }
}
