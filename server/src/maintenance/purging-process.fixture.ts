/** Ends what purges have begun, and then removes their blobs, as a process of its own that tests may kill: `DATABASE_URL` and `BLOBS` say where. */
import { createCatalogue } from '../catalogue/index.ts'
import { createRenderer, sweep } from '../dicomweb/index.ts'
import { createDb } from '../platform/db.ts'
import { createBlobStore } from '../storage/index.ts'
import { createMaintenance } from './index.ts'

const db = createDb(String(process.env['DATABASE_URL']), 2)
const catalogue = createCatalogue({ db })
const blobs = createBlobStore({ kind: 'fs', directory: String(process.env['BLOBS']) })
console.log('begun')
await createMaintenance({ db, catalogue, renderer: createRenderer({ catalogue, blobs }), purgeAfterDays: undefined }).deletedStudies.finish()
// As after the hour readers of a deleted blob have.
await sweep({ db, blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
await catalogue.close()
await db.destroy()
