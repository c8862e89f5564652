/** What is done for gateways in the background. */
import type { Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import { forgetCommands } from './commands.ts'
import { tellOfSilence } from './telling.ts'
import { forgetAssertions } from './token.ts'

const commandsKeptMs = 90 * 24 * 60 * 60_000

export function gatewayTasks(db: Db): Tasks {
  return {
    tasks: {
      'forget-assertions': async () => { await forgetAssertions(db, new Date()) },
      'tell-of-silent-gateways': async () => { await tellOfSilence(db, new Date()) },
      'forget-commands': async () => { await forgetCommands(db, new Date(Date.now() - commandsKeptMs)) },
    },
    schedule: ['* * * * * tell-of-silent-gateways', '7 * * * * forget-assertions', '25 3 * * * forget-commands'],
  }
}
