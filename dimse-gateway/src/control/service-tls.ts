import type { ServiceTls } from '../configuration/schema.ts'
import type { SecretStore } from '../platform/secrets.ts'
import type { ServiceTlsChange } from './actions.ts'
import { assertBelongTogether, readCertificate } from './certificates.ts'
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
  assertBelongTogether(certificate, key, mistake)
  if (certificateAuthority !== undefined) readCertificate(certificateAuthority, 'certificateAuthority', mistake)
  if (requireClientCertificate && certificateAuthority === undefined) throw mistake('certificateAuthority', 'is needed to check the certificates of modalities')
  if (change.key !== undefined) await secrets.write(keySecret, change.key.trim())
  return { certificate, keySecret, requireClientCertificate, ...(certificateAuthority !== undefined && { certificateAuthority }) }
}

/** For when nothing names the key any more. */
export const forgetServiceTls = (secrets: SecretStore): Promise<void> => secrets.remove(keySecret)
