/**
 * One timer that is set often and fires seldom: setting it moves a date, and the underlying timeout is only renewed when it
 * comes due too early.
 */
export class Deadline {
  readonly #ms: number
  readonly #onDue: () => void
  #due: number | undefined
  #left: number | undefined
  #timeout: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  /** `ms` of 0 never comes due. */
  constructor(ms: number, onDue: () => void) {
    this.#ms = ms
    this.#onDue = onDue
  }

  get running(): boolean {
    return this.#due !== undefined
  }

  /** Begins anew, also while running. */
  restart(): void {
    if (this.#ms === 0) return
    this.#left = undefined
    this.#due = performance.now() + this.#ms
    this.#arm(this.#ms)
  }

  /** Begins, or goes on with what was left when it was held; nothing while running. */
  start(): void {
    if (this.#ms === 0 || this.#due !== undefined) return
    const left = this.#left ?? this.#ms
    this.#left = undefined
    this.#due = performance.now() + left
    this.#arm(left)
  }

  /** Stands still, until `start`. */
  hold(): void {
    if (this.#due === undefined) return
    this.#left = Math.max(0, this.#due - performance.now())
    this.#due = undefined
  }

  /** Forgets what was left. */
  stop(): void {
    this.#due = undefined
    this.#left = undefined
  }

  /** Stops for good: nothing of it keeps the process alive. */
  dispose(): void {
    this.stop()
    clearTimeout(this.#timeout)
    clearImmediate(this.#immediate)
    this.#timeout = undefined
    this.#immediate = undefined
  }

  #arm(ms: number): void {
    this.#timeout ??= setTimeout(() => { this.#check() }, ms)
  }

  #check(): void {
    this.#timeout = undefined
    if (!this.#isDue()) return
    // After the process stood still, timers run before what came meanwhile is read: that comes first, or a peer that was in
    // time would be blamed.
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined
      if (!this.#isDue()) return
      this.stop()
      this.#onDue()
    })
  }

  /** Arms the timer for what is left when it is not. */
  #isDue(): boolean {
    if (this.#due === undefined) return false
    const left = this.#due - performance.now()
    if (left > 1) this.#arm(left)
    return left <= 1
  }
}
