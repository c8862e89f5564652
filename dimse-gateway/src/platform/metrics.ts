/** Counts and measures in the Prometheus text format, version 0.0.4. */
export interface Metrics {
  /** A number that only grows; `labels` as they stand between the braces, such as `outcome="stored"`. */
  counter(name: string, help: string): (labels?: string, by?: number) => void
  /** A number that is asked for when somebody looks, or one for each of several `labels`. */
  gauge(name: string, help: string, value: () => number | ReadonlyMap<string, number>): void
  text(): string
}

export function createMetrics(): Metrics {
  const counters: { name: string; help: string; counts: Map<string, number> }[] = []
  const gauges: { name: string; help: string; value: () => number | ReadonlyMap<string, number> }[] = []
  return {
    counter(name, help) {
      const counts = new Map<string, number>()
      counters.push({ name, help, counts })
      return (labels = '', by = 1) => { counts.set(labels, (counts.get(labels) ?? 0) + by) }
    },
    gauge(name, help, value) { gauges.push({ name, help, value }) },
    text() {
      const lines = (name: string, help: string, type: string, values: ReadonlyMap<string, number>) => [
        `# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...[...values].map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`),
      ]
      const counted = counters.flatMap(({ name, help, counts }) => lines(name, help, 'counter', counts))
      const measured = gauges.flatMap(({ name, help, value }) => {
        const values = value()
        return lines(name, help, 'gauge', typeof values === 'number' ? new Map([['', values]]) : values)
      })
      return `${[...counted, ...measured].join('\n')}\n`
    },
  }
}
