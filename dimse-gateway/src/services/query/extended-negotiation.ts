/** What was agreed on besides the SOP class (SOP Class Extended Negotiation, PS3.4 §C.5.1.1, §C.5.2.1 and §C.5.3.1): one byte a behaviour, 1 for yes. */
import type { AcceptedContext, ProposedContext } from '@isocenter/dimse'

/** Of C-FIND: relational queries, combined date and time matching, fuzzy matching of names; time zones are not adjusted. */
const findBehaviours = [1, 1, 1, 0]
const fuzzyAt = 2

/** The answer to what a caller proposes for queries: what it asks for and the gateway does, no more bytes than it sent. */
export const findNegotiation = ({ extended }: ProposedContext): Uint8Array | undefined => extended && agreed(extended, findBehaviours)

/** Retrievals name everything above what they ask for, and no instance is made into another: nothing is agreed on. */
export const retrieveNegotiation = ({ extended }: ProposedContext): Uint8Array | undefined => extended && agreed(extended, [])

function agreed(proposed: Uint8Array, behaviours: readonly number[]): Uint8Array {
  return proposed.map((wanted, at) => (wanted === 1 ? behaviours[at] ?? 0 : 0))
}

/** Whether names are to be matched by how they sound, as far as the server does. */
export const isFuzzy = ({ extended }: AcceptedContext): boolean => extended?.[fuzzyAt] === 1
