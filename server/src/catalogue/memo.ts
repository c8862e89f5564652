/** A function that answers again what it answered lately: its results are shared and must not be changed. */
export function memoized<Input, Result>(compute: (input: Input) => Result, signatureOf: (input: Input) => string, maxEntries: number): (input: Input) => Result {
  const lately = new Map<string, Result>()
  return (input) => {
    const signature = signatureOf(input)
    const known = lately.get(signature)
    if (known !== undefined) return known
    const result = compute(input)
    // A Map keeps the order of insertion, so the first is the oldest.
    const [oldest] = lately.size >= maxEntries ? lately.keys() : []
    if (oldest !== undefined) lately.delete(oldest)
    lately.set(signature, result)
    return result
  }
}
