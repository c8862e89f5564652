/** Reception before forwarding: while objects keep arriving, those that are not urgent wait a moment, and then go together. */

export interface ReceptionFirst {
  /** So many objects were taken in. */
  readonly arrived: (objects: number) => void
  /** How long, in ms, what is not urgent waits still; 0: it may go. */
  readonly holdMs: () => number
  /** An attempt to pass objects on. */
  readonly attemptBegan: () => void
  /** It is over; so many have arrived by it. */
  readonly attemptEnded: (objects: number) => void
  /** Ends the wait of all that is there: nothing waits any more, or somebody wants it now. */
  readonly letGo: () => void
}

/** So long without an object, and nothing is arriving any more. More than a group of the spool's rows takes, and than a sender pauses between objects. */
const quietMs = 100
/** What has waited so long goes, whatever arrives: a study is seen in the server soon after its first object is here. */
export const longestHoldMs = 1_000
/** The same, while it is not known how fast objects are passed on. */
export const unknownPaceHoldMs = 400
/** All that waits should have been passed on so long after the first of it came: by then it is seen, of the two seconds that are allowed. */
export const wantedMs = 1_300
/** Fewer objects in a row say little of how fast they are passed on: each of them has a request to itself. */
const fewestForPace = 16
/** After so many in a row it is measured anew. */
const mostForPace = 64

/**
 * Whoever sends is waiting for an answer, nobody for one object of many to be passed on: on a machine that does both, the answer
 * comes sooner when passing on waits, and both together end sooner than side by side. An object that comes after a silence does not
 * wait, since it may be the only one. What waits has its turn as soon as nothing arrives, or when no more can come than is passed on in
 * time, which over a slow line is at once; from then on it goes on until nothing waits, so that such a line is never idle.
 * @param now a clock that nobody sets, ms
 */
export function createReceptionFirst(now: () => number = () => performance.now()): ReceptionFirst {
  let lastArrivalAt = Number.NEGATIVE_INFINITY
  /** Since when something waits that came soon after something else. */
  let heldSince: number | undefined
  /** Objects that came since nothing waited. */
  let waitingObjects = 0
  let attempts = 0
  let busySince = 0
  let passedOn = 0
  /** As it was when last measured. */
  let msAnObject: number | undefined

  const longestMs = (): number => (msAnObject === undefined ? unknownPaceHoldMs : Math.min(longestHoldMs, wantedMs - waitingObjects * msAnObject))
  const measureAnew = (): void => {
    busySince = now()
    passedOn = 0
  }

  return {
    arrived: (objects) => {
      const at = now()
      if (at - lastArrivalAt < quietMs) heldSince ??= at
      lastArrivalAt = at
      waitingObjects += objects
    },
    holdMs: () => (heldSince === undefined ? 0 : Math.max(0, Math.min(lastArrivalAt + quietMs, heldSince + longestMs()) - now())),
    attemptBegan: () => { if (attempts++ === 0) measureAnew() },
    attemptEnded: (objects) => {
      attempts--
      passedOn += objects
      // What failed, and the pauses between attempts, say nothing of the pace.
      if (passedOn >= fewestForPace && (attempts === 0 || passedOn >= mostForPace)) {
        msAnObject = (now() - busySince) / passedOn
        measureAnew()
      }
    },
    letGo: () => {
      heldSince = undefined
      waitingObjects = 0
    },
  }
}
