/** Thrown out of a start that was asked to stop half-way. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

export interface StopRequests {
  /** @throws Stopped once somebody has asked to stop */
  readonly stopRequested: () => void
  /** Resolves when somebody asks to stop. */
  readonly whenAsked: Promise<void>
}

/** npm passes a Ctrl-C on that the terminal has already sent here: what follows within this time is the same one. */
const sameKeyMs = 500

/**
 * Listens for the ways to ask a running start to stop: Ctrl-C, SIGTERM, a closed terminal, and the death of the npm
 * that runs it, which would otherwise leave everything behind unseen.
 *
 * A second Ctrl-C ends this process at once, and with it, by themselves, its children.
 */
export function onStop(say: (line: string) => void): StopRequests {
  const { promise: whenAsked, resolve } = Promise.withResolvers<void>()
  let asked: number | undefined
  const ask = () => {
    asked ??= Date.now()
    resolve()
  }
  process.on('SIGINT', () => {
    if (asked === undefined) say('\nStopping. Ctrl-C again to stop at once.')
    else if (Date.now() - asked > sameKeyMs) process.exit(130)
    ask()
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const npm = process.ppid
    setInterval(() => { if (process.ppid !== npm) ask() }, 1000).unref()
  }
  return {
    whenAsked,
    stopRequested: () => { if (asked !== undefined) throw new Stopped('Stopped.') },
  }
}
