import { createDecipheriv, hkdfSync, type ECDH } from 'node:crypto'

/** As a browser does (RFC 8291 §4, RFC 8188 §2.2). */
export function decrypt(body: Buffer, browser: ECDH, auth: Buffer): string {
  const [salt, theirs] = [body.subarray(0, 16), body.subarray(21, 21 + Number(body[20]))]
  const derive = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, length))
  const input = derive(browser.computeSecret(theirs), auth, Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), theirs]), 32)
  const decipher = createDecipheriv('aes-128-gcm', derive(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16), derive(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12))
  decipher.setAuthTag(body.subarray(-16))
  const plain = Buffer.concat([decipher.update(body.subarray(21 + Number(body[20]), -16)), decipher.final()])
  if (plain.at(-1) !== 2) throw new Error('This is not the last record.')
  return plain.subarray(0, -1).toString()
}
