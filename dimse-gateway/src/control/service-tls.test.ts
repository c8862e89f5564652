import { hasProgram } from '@isocenter/testkit'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSecretStore, type SecretStore } from '../platform/secrets.ts'
import { keepServiceTls } from './service-tls.ts'

interface Pair { readonly certificate: string; readonly key: string }

describe.skipIf(!hasProgram('openssl'))('the certificate modalities are served with', () => {
  let folder: string
  let secrets: SecretStore
  let one: Pair
  let other: Pair

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isocenter-tls-'))
    secrets = createSecretStore(folder)
    one = await pair('one')
    other = await pair('other')
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function pair(name: string): Promise<Pair> {
    const [keyFile, certificateFile] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' })
    return { certificate: await readFile(certificateFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
  }

  test('goes into the configuration, its key into the secrets alone', async () => {
    const kept = await keepServiceTls({ ...one, requireClientCertificate: false }, secrets)
    expect(kept).toEqual({ certificate: one.certificate, keySecret: 'service-tls.key', requireClientCertificate: false })
    expect(await secrets.read('service-tls.key')).toBe(one.key.trim())
  })

  test('is renewed under the key that is there, and refused under one that is not its own', async () => {
    await keepServiceTls({ ...one, requireClientCertificate: false }, secrets)
    expect(await keepServiceTls({ certificate: one.certificate, requireClientCertificate: true, certificateAuthority: other.certificate }, secrets)).toMatchObject({ requireClientCertificate: true })
    await expect(keepServiceTls({ certificate: other.certificate, requireClientCertificate: false }, secrets)).rejects.toMatchObject({ extra: { errors: [{ path: '/service/tls/key' }] } })
    expect(await secrets.read('service-tls.key')).toBe(one.key.trim())
  })

  test('that cannot be read is refused without repeating what was given', async () => {
    const error = await keepServiceTls({ certificate: one.certificate, key: 'not a key but a secret', requireClientCertificate: false }, secrets).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ kind: { status: 422 }, extra: { errors: [{ path: '/service/tls/key' }] } })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  test('cannot check modalities against nobody', async () => {
    await expect(keepServiceTls({ ...one, requireClientCertificate: true }, secrets)).rejects.toMatchObject({ extra: { errors: [{ path: '/service/tls/certificateAuthority' }] } })
  })
})
