import { useEffect, useState } from 'react'
import { ApiError, request, whenSignedOut } from './api/client.ts'
import { startWatching, stopWatching } from './api/live.ts'
import { Frame } from './frame/frame.tsx'
import { SignIn } from './sign-in/sign-in.tsx'

type Session = 'unknown' | 'signedIn' | 'signedOut'

/** The key in the fragment of a sign-in link; it never goes over the wire as part of an address, and is taken out of the address bar at once. */
function keyOfLink(): string | undefined {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')
  if (key !== null) history.replaceState(null, '', location.pathname + location.search)
  return key ?? undefined
}

async function beginSession(): Promise<Session> {
  const key = keyOfLink()
  try {
    if (key !== undefined) await request('POST', '/session', { body: { key } })
    await request('GET', '/session')
    return 'signedIn'
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // Without any answer the pages themselves say so, and try again.
    return error.status === 401 ? 'signedOut' : 'signedIn'
  }
}

/** The whole console: who is signed in sees the pages, who is not is asked for the key. */
export function Console() {
  const [session, setSession] = useState<Session>('unknown')
  useEffect(() => {
    whenSignedOut(() => { setSession('signedOut') })
    void beginSession().then(setSession)
  }, [])
  useEffect(() => {
    if (session !== 'signedIn') return undefined
    startWatching()
    return stopWatching
  }, [session])
  if (session === 'unknown') return null
  if (session === 'signedOut') return <SignIn onSignedIn={() => { setSession('signedIn') }} />
  return <Frame onSignedOut={() => { setSession('signedOut') }} />
}
