/** What is done for accounts in the background. */
import type { Tasks } from '../jobs/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { forgetRateLimits } from '../platform/shared-rate-limit.ts'
import type { Accounts } from './accounts.ts'
import { forgetAttempts } from './attempts.ts'
import { forgetCaptchas } from './captcha.ts'
import { forgetSessions } from './sessions.ts'

const attemptsKeptMs = 2 * 86_400_000

export function accountTasks(db: Db, { administration, passkeys, passwordResets, phoneBindings, qrSignIns }: Accounts, outbox: Outbox): Tasks {
  return {
    tasks: {
      'note-thawed-accounts': async () => { await administration.noteThawed() },
      'forget-sign-ins': async () => {
        const now = new Date()
        await forgetSessions(db, now)
        await forgetCaptchas(db, now)
        await passwordResets.forget()
        await passkeys.forget()
        await qrSignIns.forget()
        await phoneBindings.forget()
        await forgetRateLimits(db)
        await outbox.forget()
        await forgetAttempts(db, new Date(now.getTime() - attemptsKeptMs))
        await db('known_sign_in_address').where('expires_at', '<', now).delete()
      },
    },
    schedule: ['*/5 * * * * note-thawed-accounts', '41 * * * * forget-sign-ins'],
  }
}
