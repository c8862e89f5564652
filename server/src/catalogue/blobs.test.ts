import { afterAll, beforeAll, expect, test } from 'vitest'
import { rows } from '../platform/db.ts'
import { blobTables } from './blobs.ts'
import { openCatalogue, type TestCatalogue } from './catalogue.fixture.ts'

let open: TestCatalogue
beforeAll(async () => { open = await openCatalogue() })
afterAll(() => open.close())

/** What has folders of its own, which the sweep of objects does not look into; and the list of what is to be removed. */
const others = ['attachment', 'credential_file', 'download', 'obsolete_blob']

test('every table whose rows name blobs of objects keeps the sweep from them', async () => {
  const found = await rows<{ table_name: string }>(open.db, "select table_name::text from information_schema.columns where table_schema = current_schema() and column_name = 'blob_key'", [])
  expect(found.map(({ table_name }) => table_name).sort()).toEqual([...blobTables, ...others].sort())
})
