import { Enrolment } from '@isocenter/contracts'
import { Value } from 'typebox/value'
import type { Cloud } from '../configuration/schema.ts'
import { NotTheCloud, type CloudApi } from './cloud-api.ts'
import type { CloudKeys } from './keys.ts'

export interface EnrolOptions {
  readonly api: CloudApi
  readonly keys: CloudKeys
  /** Address of the cloud, as the configuration keeps it. */
  readonly url: string
  readonly uploadCode: string
  /** What administrators see. */
  readonly name: string
  readonly version: string
  /** Keeps, durably, what this gateway is bound to. */
  readonly bind: (cloud: Cloud) => Promise<unknown>
}

/**
 * Binds this gateway to the organisation whose upload code this is. Cut off at any moment and done again it is the same gateway, for the
 * key is kept before the cloud hears of it and until what the cloud said is kept.
 * @throws CloudRefused for a wrong code, NotTheCloud, LineError
 */
export async function enrol({ api, keys, url, uploadCode, name, version, bind }: EnrolOptions): Promise<Cloud> {
  const publicKey = await keys.forEnrolment(url)
  const answer = await api.post('/gateways/enrolment', { json: { uploadCode, name, publicKey, version } })
  if (!Value.Check(Enrolment, answer)) throw new NotTheCloud('The answer to the enrolment is none of an Isocenter server.')
  const { gatewayId, organisation, tokenAudience } = answer
  await keys.keepFor(gatewayId)
  const cloud: Cloud = { url, gatewayId, organisation: { slug: organisation.slug, name: organisation.name }, tokenAudience }
  await bind(cloud)
  await keys.enrolled()
  return cloud
}
