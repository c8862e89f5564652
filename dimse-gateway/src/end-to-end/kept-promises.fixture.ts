/** What must be true at the end, whatever happened on the way: arrived exactly once, as it was sent, and the records say so. */
import { dataSetsOf, searched } from './held.fixture.ts'
import type { Outgoing } from './sender.fixture.ts'
import type { Site } from './site.fixture.ts'

/** What is wrong at the server and in the gateway's records with objects that were acknowledged and forwarded; nothing when every promise was kept. */
export async function brokenPromises(site: Site, objects: readonly Outgoing[]): Promise<string[]> {
  const ofStudies = Map.groupBy(objects, ({ StudyInstanceUID }) => StudyInstanceUID)
  const broken: string[] = []
  for (const [StudyInstanceUID, ofStudy] of ofStudies) broken.push(...await wrongAtServer(site, StudyInstanceUID, ofStudy), ...await wrongInRecords(site, StudyInstanceUID, ofStudy))
  const { queue } = await site.gateway.control.state()
  if (queue.waiting !== 0 || queue.failed !== 0) broken.push(`the gateway counts ${String(queue.waiting)} waiting and ${String(queue.failed)} failed`)
  return broken
}

async function wrongAtServer(site: Site, StudyInstanceUID: string, sent: readonly Outgoing[]): Promise<string[]> {
  const broken: string[] = []
  const held = await dataSetsOf(site, StudyInstanceUID)
  for (const { SOPInstanceUID, sha256 } of sent) {
    const digests = held.get(SOPInstanceUID) ?? []
    if (digests.length !== 1) broken.push(`${SOPInstanceUID} was acknowledged and is at the server ${String(digests.length)} times`)
    else if (digests[0] !== sha256) broken.push(`${SOPInstanceUID} is not what was sent`)
  }
  if (held.size !== sent.length) broken.push(`study ${StudyInstanceUID} has ${String(held.size)} instances at the server, ${String(sent.length)} were sent`)
  const [study] = await searched(site, `/studies?StudyInstanceUID=${StudyInstanceUID}&includefield=00201208`)
  const counted = study?.['00201208']?.Value?.[0]
  if (counted !== sent.length) broken.push(`study ${StudyInstanceUID} counts ${String(counted)} instances, ${String(sent.length)} were sent`)
  return broken
}

async function wrongInRecords({ gateway: { control } }: Site, StudyInstanceUID: string, sent: readonly Outgoing[]): Promise<string[]> {
  const broken: string[] = []
  const records = Map.groupBy(await control.instances(StudyInstanceUID), ({ SOPInstanceUID }) => SOPInstanceUID)
  for (const { SOPInstanceUID } of sent) {
    // Sent twice when the answer to the first was lost: kept twice, and each must have arrived.
    const ofInstance = records.get(SOPInstanceUID) ?? []
    if (ofInstance.length === 0) broken.push(`${SOPInstanceUID} was acknowledged and is not in the records`)
    for (const { deliveries } of ofInstance) {
      if (!(deliveries.length === 1 && deliveries[0]?.state === 'delivered' && deliveries[0].isVerified === true)) broken.push(`the records say of ${SOPInstanceUID}: ${JSON.stringify(deliveries)}`)
    }
  }
  const study = (await control.studies()).find((one) => one.StudyInstanceUID === StudyInstanceUID)
  const [delivery] = study?.deliveries ?? []
  if (study?.instances !== delivery?.delivered || delivery?.verified !== delivery?.delivered) broken.push(`the record of study ${StudyInstanceUID} says ${JSON.stringify(study)}`)
  return broken
}
