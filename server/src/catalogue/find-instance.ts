import { reachesStudy, type Access } from '../identity/index.ts'
import { createByteMemory } from '../platform/byte-memory.ts'
import { namedRows, type Db } from '../platform/db.ts'
import { recordColumns, toRecord, type InstanceRecord, type InstanceRecordRow } from './instance-record.ts'
import type { InstanceScope } from './scope.ts'

/** A layout up to this size comes with its row. One of a whole-slide image has megabytes, and a viewer asks for thousands of its frames. */
const layoutInRowBytes = 8 * 1024
const rememberedLayoutBytes = 64 * 1024 * 1024

const findStatement = {
  name: 'find-instance',
  text: `
    select ${recordColumns(`case when octet_length(i.layout) <= ${layoutInRowBytes} then i.layout end as layout`)}
    from study st join series s on s.study_key = st.study_key join instance i on i.series_key = s.series_key
    where st.organisation_id = $1 and st.study_instance_uid = $2 and s.series_instance_uid = $3 and i.sop_instance_uid = $4`,
}

const layoutStatement = { name: 'find-layout', text: 'select layout from instance where instance_key = $1 and blob_key = $2' }

/**
 * Finds one instance by its UIDs; undefined when the access reaches none. Large layouts are remembered: as long as one
 * is, the same Buffer comes with every record, so that what was decoded from it can be kept beside it.
 */
export function createFindInstance(db: Db): (access: Access, scope: InstanceScope) => Promise<InstanceRecord | undefined> {
  const remembered = createByteMemory(rememberedLayoutBytes)

  const layoutOf = async (instanceKey: string, blobKey: string): Promise<Buffer | undefined> => {
    // A blob never changes, and a version only where it is stored otherwise.
    const known = remembered.get(blobKey)
    if (known) return known
    const [row] = await namedRows<{ layout: Buffer }>(db, layoutStatement, [instanceKey, blobKey])
    if (row) remembered.set(blobKey, row.layout)
    return row?.layout
  }

  return async function find(access, scope): Promise<InstanceRecord | undefined> {
    if (!reachesStudy(access, scope.StudyInstanceUID)) return undefined
    const values = [access.organisationId, scope.StudyInstanceUID, scope.SeriesInstanceUID, scope.SOPInstanceUID]
    const [row] = await namedRows<Omit<InstanceRecordRow, 'layout'> & { layout: Buffer | null }>(db, findStatement, values)
    if (!row) return undefined
    const layout = row.layout ?? await layoutOf(row.instance_key, row.blob_key)
    // Without one it was deleted, superseded or stored otherwise a moment ago: what is there now is what counts.
    return layout ? toRecord({ ...row, layout }) : find(access, scope)
  }
}
