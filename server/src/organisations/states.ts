/** The lives of memberships, invitations and pairings: event → next state; an absent event is refused. */
import type { InvitationEvent, InvitationState, MembershipEvent, MembershipState, PairingEvent, PairingState } from '@isocenter/contracts'

/** Whose move an event is. `system` is time. */
export type Mover = 'administrator' | 'invitee' | 'hospital' | 'team' | 'system'

/** An account in an organisation. Who was removed comes back by an invitation, to the same membership. */
export const membershipLife: Readonly<Record<MembershipState, Partial<Record<MembershipEvent, MembershipState>>>> = {
  active: { suspend: 'suspended', remove: 'removed' },
  suspended: { reinstate: 'active', remove: 'removed' },
  removed: { join: 'active' },
}

/** An invitation by phone number. To invite again starts its time anew. */
export const invitationLife: Readonly<Record<InvitationState, Partial<Record<InvitationEvent, InvitationState>>>> = {
  open: { accept: 'accepted', decline: 'declined', withdraw: 'withdrawn', expire: 'expired', inviteAgain: 'open' },
  expired: { inviteAgain: 'open', withdraw: 'withdrawn' },
  declined: { inviteAgain: 'open', withdraw: 'withdrawn' },
  accepted: {},
  withdrawn: {},
}
export const invitationMovers: Readonly<Record<InvitationEvent, Mover>> = { accept: 'invitee', decline: 'invitee', withdraw: 'administrator', expire: 'system', inviteAgain: 'administrator' }

/** A pairing of a hospital and a team. What was never agreed to is removed when it is deleted; what was stays, ended, for its orders and bills. */
export const pairingLife: Readonly<Record<PairingState, Partial<Record<PairingEvent, PairingState | 'removed'>>>> = {
  invited: { agree: 'paired', decline: 'declined', expire: 'expired', inviteAgain: 'invited', delete: 'removed' },
  declined: { inviteAgain: 'invited', delete: 'removed' },
  expired: { inviteAgain: 'invited', delete: 'removed' },
  paired: { takeOrders: 'paired', refuseOrders: 'paired', delete: 'ended' },
  ended: {},
}
export const pairingMovers: Readonly<Record<PairingEvent, Mover>> = {
  agree: 'team', decline: 'team', expire: 'system', inviteAgain: 'hospital', delete: 'hospital', takeOrders: 'team', refuseOrders: 'team',
}

/** The state as it is at this moment: nobody has to be there to see that the time of something is over. */
export const withTime = <State extends string>(state: State, waiting: State, expiresAt: Date, now: Date): State | 'expired' =>
  (state === waiting && expiresAt.getTime() <= now.getTime() ? 'expired' : state)
