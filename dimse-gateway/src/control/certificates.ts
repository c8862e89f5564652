import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { ProblemError } from './problems.ts'

/** Makes the problem of one member that is wrong. */
export type Mistake = (member: string, message: string) => ProblemError

/** @throws the mistake when this is no certificate in PEM */
export function readCertificate(pem: string, member: string, mistake: Mistake): X509Certificate {
  return parsed(() => new X509Certificate(pem), member, mistake)
}

/** @throws the mistake when either cannot be read, or the key is that of another certificate */
export function assertBelongTogether(certificate: string, key: string, mistake: Mistake): void {
  const leaf = readCertificate(certificate, 'certificate', mistake)
  const privateKey = parsed(() => createPrivateKey(key), 'key', mistake)
  if (!leaf.checkPrivateKey(privateKey)) throw mistake('key', 'is not the private key of this certificate')
}

/** The library's own error may repeat what it was given, which is a secret. */
function parsed<Value>(parse: () => Value, member: string, mistake: Mistake): Value {
  try {
    return parse()
  } catch {
    throw mistake(member, 'cannot be read: PEM without a password is needed')
  }
}
