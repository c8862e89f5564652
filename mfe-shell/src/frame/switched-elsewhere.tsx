import { navigate } from '@isocenter/design-system'
import type { OwnMembership } from '@isocenter/contracts'
import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useMembership, useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'

const channelName = 'isocenter.organisation'

interface Switched {
  readonly accountId: string
  readonly organisationId: string
}

/** Tells the other tabs of this browser that this one has changed to another organisation. */
export function tellSwitched(switched: Switched): void {
  if (typeof BroadcastChannel === 'undefined') return
  const channel = new BroadcastChannel(channelName)
  channel.postMessage(switched)
  channel.close()
}

/**
 * Every tab has the organisation of its address and keeps it, with what is being done there; that another tab has changed is said, so that nobody takes one
 * for the other (WB-04, WB-05).
 */
export function SwitchedElsewhere() {
  const { frame } = useShellWords()
  const signedIn = useSignedIn()
  const here = useMembership()
  const [told, setTold] = useState<{ readonly organisationId: string; readonly seenAt: string | undefined }>()
  const accountId = signedIn?.session.account.accountId
  const hereId = here?.organisation.organisationId
  useEffect(() => {
    if (typeof BroadcastChannel === 'undefined') return
    const channel = new BroadcastChannel(channelName)
    channel.onmessage = ({ data }: MessageEvent<Switched>) => { if (data.accountId === accountId) setTold({ organisationId: data.organisationId, seenAt: hereId }) }
    return () => { channel.close() }
  }, [accountId, hereId])
  const other: OwnMembership['organisation'] | undefined = signedIn?.memberships.find(({ organisation }) => organisation.organisationId === told?.organisationId)?.organisation
  // Said of the organisation this tab was in; gone with the next.
  const isSaid = other !== undefined && here !== undefined && told?.seenAt === hereId && other.organisationId !== hereId
  return (
    <div role="status" className="frame-notice is-below">
      {isSaid && (
        <Alert
          type="info" showIcon banner title={frame.switchedElsewhere(other.name, here.organisation.name)} closable={{ onClose: () => { setTold(undefined) } }}
          action={<Button size="small" onClick={() => { navigate(`/o/${other.organisationId}/home`) }}>{frame.switchHereToo}</Button>}
        />
      )}
    </div>
  )
}
