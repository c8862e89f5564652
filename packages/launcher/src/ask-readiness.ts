/** Asks a server of ours over HTTP or HTTPS: whether it is ready, or for something small. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

const timeoutMs = 5_000

/**
 * The status and body of an address.
 * @param certificate the certificate an HTTPS server must show, PEM; its names are those of the public address, not of this one
 */
export function askReadiness(url: string, certificate: Buffer | undefined, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: string }> {
  const trust = certificate && { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, { ...trust, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk })
      response.once('end', () => { resolve({ status: response.statusCode ?? 0, body }) }).once('error', reject)
    })
    request.once('error', reject).end()
  })
}
