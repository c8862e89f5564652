import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { ServiceTls } from '../configuration/schema.ts'
import type { SecretStore } from '../platform/secrets.ts'
import type { ServiceTlsChange } from './actions.ts'
import { configurationInvalid } from './problems.ts'

const keySecret = 'service-tls.key'

const mistake = (member: string, message: string) => configurationInvalid('See errors.', { errors: [{ path: `/service/tls/${member}`, message }] })

/**
 * Keeps the key and answers what the configuration is to hold.
 * @throws configurationInvalid 422
 */
export async function keepServiceTls(change: ServiceTlsChange, secrets: SecretStore): Promise<ServiceTls> {
  const { certificate, certificateAuthority, requireClientCertificate } = change
  const key = change.key ?? await secrets.read(keySecret)
  if (key === undefined) throw mistake('key', 'is needed')
  assertBelongTogether(certificate, key)
  if (certificateAuthority !== undefined) parsed('certificateAuthority', () => new X509Certificate(certificateAuthority))
  if (requireClientCertificate && certificateAuthority === undefined) throw mistake('certificateAuthority', 'is needed to check the certificates of modalities')
  if (change.key !== undefined) await secrets.write(keySecret, change.key.trim())
  return { certificate, keySecret, requireClientCertificate, ...(certificateAuthority !== undefined && { certificateAuthority }) }
}

/** For when nothing names the key any more. */
export const forgetServiceTls = (secrets: SecretStore): Promise<void> => secrets.remove(keySecret)

function assertBelongTogether(certificate: string, key: string): void {
  const leaf = parsed('certificate', () => new X509Certificate(certificate))
  const privateKey = parsed('key', () => createPrivateKey(key))
  if (!leaf.checkPrivateKey(privateKey)) throw mistake('key', 'is not the private key of this certificate')
}

/** The library's own error may repeat what it was given, which is a secret. */
function parsed<Value>(member: string, parse: () => Value): Value {
  try {
    return parse()
  } catch {
    throw mistake(member, 'cannot be read: PEM without a password is needed')
  }
}
