import { randomUUID } from 'node:crypto'
import type { Node } from '../configuration/nodes.ts'
import type { SecretStore } from '../platform/secrets.ts'
import type { NodeChange, NodeSecrets } from './actions.ts'
import { assertBelongTogether, readCertificate } from './certificates.ts'
import { configurationInvalid } from './problems.ts'

const mistake = (member: string, message: string) => configurationInvalid('See errors.', { errors: [{ path: `/node/${member}`, message }] })

/** Names of the secrets that nodes of a configuration need. */
export function secretsOf(nodes: readonly Node[]): Set<string> {
  return new Set(nodes.flatMap((node) => [
    ...('authorization' in node && node.authorization ? [node.authorization.secret] : []),
    ...(node.tls?.keySecret === undefined ? [] : [node.tls.keySecret]),
  ]))
}

/**
 * Keeps what a node needs as secrets, each under a new name, and answers the node as the configuration is to hold it, with the names
 * written. What is not given is that of the node before.
 * @throws configurationInvalid 422
 */
export async function keepNodeSecrets(node: NodeChange, given: NodeSecrets, before: Node | undefined, secrets: SecretStore): Promise<{ readonly node: Node; readonly written: readonly string[] }> {
  const written: string[] = []
  const keep = async (value: string): Promise<string> => {
    const name = `node-${randomUUID()}.secret`
    await secrets.write(name, value)
    written.push(name)
    return name
  }
  const { authorization, tls, ...rest } = node
  const knownKey = before?.tls?.keySecret
  // A password is no token.
  const knownCredential = before?.kind === 'dicomweb' && before.authorization?.scheme === authorization?.scheme ? before.authorization?.secret : undefined
  if (tls?.certificateAuthority !== undefined) readCertificate(tls.certificateAuthority, 'tls/certificateAuthority', mistake)
  if (tls?.certificate === undefined && given.key !== undefined) throw mistake('tls/certificate', 'is needed where a key is given')
  if (tls?.certificate !== undefined) {
    const key = given.key ?? (knownKey === undefined ? undefined : await secrets.read(knownKey))
    if (key === undefined) throw mistake('tls/key', 'is needed')
    assertBelongTogether(tls.certificate, key, (member, message) => mistake(`tls/${member}`, message))
  }
  if (authorization !== undefined && given.credential === undefined && knownCredential === undefined) throw mistake('authorization', 'needs its password or token')
  const { keySecret: _key, ...shownTls } = tls ?? {}
  const kept = {
    ...rest,
    ...(tls && { tls: { ...shownTls, ...(tls.certificate !== undefined && { keySecret: given.key === undefined ? knownKey : await keep(given.key.trim()) }) } }),
    ...(authorization && { authorization: { ...authorization, secret: given.credential === undefined ? knownCredential : await keep(given.credential) } }),
  }
  // Whether it is a node, the configuration says, for every way of setting it alike.
  return { node: kept as Node, written }
}
