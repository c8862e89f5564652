/** Tells the server that somebody is at work who reads and types without asking for anything (AUTH-22 counts operation, not requests), and notices when the session is over. */
import { accounts, ApiProblem, type SessionStore } from '@isocenter/api-client'

/** Who works is told of so often, at most. */
const grainMs = 4 * 60_000
/** A session is found to be over within so long of its end. */
const lookMs = 5_000

export function keepSession(session: SessionStore): void {
  let toldAt = Date.now()
  const worked = () => {
    if (session.get().kind !== 'signedIn' || Date.now() - toldAt < grainMs) return
    toldAt = Date.now()
    void session.stay()
  }
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, worked, { capture: true, passive: true })

  let isLooking = false
  const look = async () => {
    const end = session.signsOutAt.get()
    if (isLooking || end === undefined || Date.now() < end || session.get().kind !== 'signedIn') return
    isLooking = true
    try {
      // Asked without being an operation: in another browser of the same person work may have gone on.
      const { signsOutAt } = await accounts(session.api).session({ isBackground: true })
      session.willEnd(signsOutAt)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    } finally {
      isLooking = false
    }
  }
  setInterval(() => void look(), lookMs)
}
