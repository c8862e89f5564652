/** From the UIDs of a path to what is stored, or to the problem that says why there is nothing (PS3.18 §8.5). */
import type { Access } from '../../identity/index.ts'
import type { Catalogue, InstanceRecord, Presence, Scope } from '../../catalogue/index.ts'
import type { InstanceUIDs } from '../paths.ts'
import { deleted, noSuchInstance, noSuchSeries, noSuchStudy } from '../problems.ts'

/** @throws noSuchInstance 404, deleted 410 */
export async function instanceAt(catalogue: Catalogue, access: Access, uids: InstanceUIDs): Promise<InstanceRecord> {
  return await catalogue.findInstance(access, uids) ?? await missing(catalogue, access, uids)
}

/** @throws noSuchStudy, noSuchSeries or noSuchInstance 404, deleted 410 */
export async function presenceOf(catalogue: Catalogue, access: Access, scope: Scope): Promise<Presence> {
  const found = await catalogue.presence(access, scope)
  return found && found.numberOfInstances > 0 ? found : missing(catalogue, access, scope)
}

/** Always throws: what was deleted is gone, what never was here, or is another organisation's, is not found. */
export async function missing(catalogue: Catalogue, access: Access, scope: Scope): Promise<never> {
  if (await catalogue.wasDeleted(access, scope)) throw deleted('This has been deleted.')
  if (scope.SOPInstanceUID !== undefined) throw noSuchInstance('No instance has these UIDs.')
  if (scope.SeriesInstanceUID !== undefined) throw noSuchSeries('No series has these UIDs.')
  throw noSuchStudy('No study has this UID.')
}
