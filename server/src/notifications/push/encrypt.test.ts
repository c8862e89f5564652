import { createECDH, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decrypt } from './browser.fixture.ts'
import { encryptPush } from './encrypt.ts'

const bytes = (text: string) => Buffer.from(text, 'base64url')

test('the example of RFC 8291 §5 comes out byte for byte', () => {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
  const choice = { salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'), privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw') }
  expect(encryptPush('When I grow up, I want to be a watermelon', keys, choice).toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN')
})

test('whatever is said, the browser it is for reads it, and another does not', () => {
  const [mine, other] = [createECDH('prime256v1'), createECDH('prime256v1')]
  mine.generateKeys()
  other.generateKeys()
  const auth = randomBytes(16)
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
    const body = encryptPush(text, { p256dh: mine.getPublicKey('base64url'), auth: auth.toString('base64url') })
    expect(decrypt(body, mine, auth)).toBe(Buffer.from(text).toString())
    expect(() => decrypt(body, other, auth)).toThrow('authenticate')
  }), { numRuns: 30 })
})

test('more than a record holds is refused, not cut', () => {
  const browser = createECDH('prime256v1')
  expect(() => encryptPush('x'.repeat(4_000), { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') })).toThrow('one record')
})
