/** Counts and measures in the Prometheus text format, version 0.0.4. */
export interface Metrics {
  /** A number that only grows; `labels` as they stand between the braces, such as `outcome="stored"`. */
  counter(name: string, help: string): (labels?: string, by?: number) => void
  /** A number that is asked for when somebody looks. */
  gauge(name: string, help: string, value: () => number): void
  text(): string
}

export function createMetrics(): Metrics {
  const counters: { name: string; help: string; counts: Map<string, number> }[] = []
  const gauges: { name: string; help: string; value: () => number }[] = []
  return {
    counter(name, help) {
      const counts = new Map<string, number>()
      counters.push({ name, help, counts })
      return (labels = '', by = 1) => { counts.set(labels, (counts.get(labels) ?? 0) + by) }
    },
    gauge(name, help, value) { gauges.push({ name, help, value }) },
    text() {
      const counted = counters.flatMap(({ name, help, counts }) => [
        `# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...[...counts].map(([labels, count]) => `${name}${labels && `{${labels}}`} ${count}`),
      ])
      const measured = gauges.flatMap(({ name, help, value }) => [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value()}`])
      return `${[...counted, ...measured].join('\n')}\n`
    },
  }
}
