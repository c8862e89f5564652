/** The gateway's private keys: one for each enrolment, in files of their own that only the gateway's user reads. */
import { readFile, rm } from 'node:fs/promises'
import { isAbsent, makeDurably, replaceFile } from '@isocenter/durable-files'
import type { PublicKey } from '@isocenter/contracts'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import { dirname, join } from 'node:path'

export const assertionAlgorithm = 'ES256'

/** A key that is on its way to a cloud: kept until the cloud's answer is, so that a lost answer does not make two gateways. */
interface EnrolmentKey {
  readonly url: string
  readonly key: JWK
}

export interface CloudKeys {
  /** The key to enrol with at this address: the one whose answer is still awaited, or a fresh one, durable before it is used. */
  forEnrolment(url: string): Promise<PublicKey>
  /** Keeps the enrolment's key as that of the gateway. */
  keepFor(gatewayId: string): Promise<void>
  /** The answer is kept too: the next enrolment gets a fresh key. */
  enrolled(): Promise<void>
  /** The gateway's private key; undefined when there is none. @throws Error when its file is damaged */
  of(gatewayId: string): Promise<CryptoKey | undefined>
  /** Forgets a key of an enrolment that has been given up. */
  remove(gatewayId: string): Promise<void>
}

/** @param folder of secrets; made where it is missing */
export function cloudKeys(folder: string): CloudKeys {
  const enrolling = join(folder, 'cloud-enrolment.json')
  const fileOf = (gatewayId: string): string => {
    if (!/^[0-9a-f-]{1,100}$/.test(gatewayId)) throw new Error('The id of the gateway has not the form of one.')
    return join(folder, `cloud-key-${gatewayId}.json`)
  }
  const write = async (path: string, value: object): Promise<void> => {
    await makeDurably(dirname(path))
    await replaceFile(path, `${JSON.stringify(value)}\n`)
  }

  return {
    async forEnrolment(url) {
      const waiting = await readJson<EnrolmentKey>(enrolling)
      if (waiting?.url === url) return publicPart(waiting.key)
      const { privateKey } = await generateKeyPair(assertionAlgorithm, { extractable: true })
      const key = await exportJWK(privateKey)
      await write(enrolling, { url, key } satisfies EnrolmentKey)
      return publicPart(key)
    },
    async keepFor(gatewayId) {
      const waiting = await readJson<EnrolmentKey>(enrolling)
      if (waiting === undefined) throw new Error('No key is waiting to be enrolled.')
      await write(fileOf(gatewayId), waiting.key)
    },
    enrolled: () => rm(enrolling, { force: true }),
    async of(gatewayId) {
      const key = await readJson<JWK>(fileOf(gatewayId))
      return key && await importJWK(key, assertionAlgorithm) as CryptoKey
    },
    remove: (gatewayId) => rm(fileOf(gatewayId), { force: true }),
  }
}

function publicPart({ x, y }: JWK): PublicKey {
  if (x === undefined || y === undefined) throw new Error('The key waiting to be enrolled is damaged.')
  return { kty: 'EC', crv: 'P-256', x, y }
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  try {
    return JSON.parse(text) as Value
  } catch {
    // Without the parser's own words, which would quote the secret.
    throw new Error(`${path} is damaged.`)
  }
}
