/** The sub-operations of one retrieval, counted (PS3.4 §C.4.2.1.6). */
import { statusClass, type StoreResponse, type SubOperations } from '@isocenter/dimse'

export class Tally {
  #remaining: number
  #completed = 0
  #warning = 0
  readonly #failed: string[] = []

  constructor(instances: number) {
    this.#remaining = instances
  }

  add(SOPInstanceUID: string, outcome: StoreResponse | 'failed'): void {
    this.#remaining--
    const kind = outcome === 'failed' ? 'failure' : statusClass(outcome.status)
    if (kind === 'success') this.#completed++
    else if (kind === 'warning') this.#warning++
    else this.#failed.push(SOPInstanceUID)
  }

  report(): SubOperations {
    return {
      remaining: this.#remaining, completed: this.#completed, warning: this.#warning, failed: this.#failed.length,
      failedSOPInstanceUIDs: this.#failed,
    }
  }
}
