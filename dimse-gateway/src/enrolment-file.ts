import { isAbsent } from '@isocenter/durable-files'
import { readFile, rm } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** In the data folder, see `EnrolmentFile`. */
export const enrolmentFileName = 'enrolment.json'
/** In the data folder once a person has given the bond with the cloud up: nobody but a person makes another one then. */
export const leftCloudFileName = 'left-cloud'

/**
 * Somebody on this machine asks the gateway to enrol when it starts: `npm start` for the server it has just started, or whoever sets
 * up many gateways alike. A file, since it holds a secret that must not stand on a command line; it is removed once it was followed.
 */
const EnrolmentFile = Type.Object({
  url: Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 2048 }),
  uploadCode: Type.String({ minLength: 1, maxLength: 100 }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  proxy: Type.Optional(Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 2048, description: 'over which the cloud is reached' })),
  certificateAuthority: Type.Optional(Type.String({ maxLength: 200_000, description: 'who signs the certificate of the cloud, PEM' })),
}, { additionalProperties: false })
export type EnrolmentFile = Static<typeof EnrolmentFile>

/** What the file asks for; undefined where there is none. @throws Error when it is not what it should be */
export async function readEnrolmentFile(path: string): Promise<EnrolmentFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  const content = parsed(text)
  if (!Value.Check(EnrolmentFile, content)) throw new Error('enrolment.json holds { "url", "uploadCode", "name" }, "proxy" and "certificateAuthority" where they are needed, and nothing else.')
  return content
}

export const removeEnrolmentFile = (path: string): Promise<void> => rm(path, { force: true })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
