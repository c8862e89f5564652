import { expect, test } from 'vitest'
import { createSessionStore, type SessionState } from './session.ts'

const refused = () => new Response(JSON.stringify({ type: '/problems/unauthenticated', title: 'Sign in first.', status: 401 }), { status: 401, headers: { 'content-type': 'application/problem+json' } })

test('who signs out is told so at once, also by the refusal of what was asked for before', async () => {
  const answer = Promise.withResolvers<Response>()
  const session = createSessionStore({ fetch: (_address, options) => (options?.method === 'DELETE' ? answer.promise : Promise.resolve(refused())) })
  const states: SessionState[] = []
  session.subscribe(() => { states.push(session.get()) })
  const leaving = session.signOut()
  await session.refresh()
  answer.resolve(new Response(null, { status: 204 }))
  await leaving
  expect(states.length).toBeGreaterThan(0)
  for (const state of states) expect(state).toEqual({ kind: 'signedOut', isWanted: true })
})

test('a session that ends by itself was not ended by a person, also after a sign-out that failed', async () => {
  const session = createSessionStore({ fetch: (_address, options) => Promise.resolve(options?.method === 'DELETE' ? new Response(null, { status: 503 }) : refused()) })
  await expect(session.signOut()).rejects.toMatchObject({ status: 503 })
  expect(await session.refresh()).toEqual({ kind: 'signedOut' })
})
