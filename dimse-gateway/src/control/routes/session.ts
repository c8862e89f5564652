import { Type } from 'typebox'
import { isOwnOverTls, sessionCookie } from '../guard.ts'
import { isSameSecret } from '../key.ts'
import { notSignedIn, wrongKey } from '../problems.ts'
import type { Sessions } from '../sessions.ts'
import type { ControlApp } from '../typed-routes.ts'

const SessionAnswer = Type.Object({ expiresAt: Type.String() })

/** Signing in with the key, and out. */
export function sessionRoutes(app: ControlApp, { key, sessions, cookieName }: { readonly key: string; readonly sessions: Sessions; readonly cookieName: string }): void {
  app.post('/session', {
    config: { isOpen: true },
    schema: { body: Type.Object({ key: Type.String({ maxLength: 200 }) }, { additionalProperties: false }), response: { 201: SessionAnswer } },
  }, async (request, reply) => {
    if (!isSameSecret(request.body.key.trim(), key)) throw wrongKey('Look for the key in the file "secrets/control.key" in the data folder of the gateway.')
    const { token, session } = sessions.begin(isOwnOverTls(request))
    return reply.code(201).header('set-cookie', sessionCookie(cookieName, token, session)).send({ expiresAt: session.expiresAt.toISOString() })
  })

  app.get('/session', { schema: { response: { 200: SessionAnswer } } }, async ({ consoleSession: session }) => {
    if (!session) throw notSignedIn('A script that shows the key has no session.')
    return { expiresAt: session.expiresAt.toISOString() }
  })

  app.delete('/session', async ({ consoleSession: session }, reply) => {
    if (session) sessions.end(session)
    return reply.code(204).header('set-cookie', sessionCookie(cookieName, '', session ?? { isSecure: false })).send()
  })
}
