/** What is done for the personal centre in the background. */
import type { Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import type { People } from './people.ts'

export function peopleTasks(db: Db, { credentials, credentialFiles, contactChanges, phoneSignings }: Pick<People, 'credentials' | 'credentialFiles' | 'contactChanges' | 'phoneSignings'>): Tasks {
  return {
    tasks: {
      'expire-credentials': async () => { await credentials.expire() },
      'sweep-credential-files': async () => { await credentialFiles.sweep(db) },
      'forget-proofs': async () => {
        await contactChanges.forget()
        await phoneSignings.forget()
      },
    },
    // Midnight comes at every quarter of an hour somewhere.
    schedule: ['2,17,32,47 * * * * expire-credentials', '23 * * * * sweep-credential-files', '53 * * * * forget-proofs'],
  }
}
