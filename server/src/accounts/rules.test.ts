/** The rules that need no database: composition, names, days, hashes, one-time passwords, proofs of work. */
import { passwordMistakesIn, standardPasswordPolicy } from '@isocenter/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askedLanguage } from './asked-language.ts'
import { dayIn, isTimeZone } from './calendar.ts'
import { isSolved } from './captcha.ts'
import { readLogin, readPhone } from './login.ts'
import { newOneTimePassword } from './one-time-password.ts'
import { createPasswordHashing } from './password-hash.ts'

const mistakes = (password: string) => passwordMistakesIn(password, standardPasswordPolicy)

describe('the language a browser wants', () => {
  test.each([
    ['zh-CN', 'zh-CN'], ['en-US', 'en'], ['zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7', 'zh-CN'], ['de-DE, de;q=0.9, EN;q=0.8', 'en'], ['en;q=0.3,zh;q=0.7', 'zh-CN'], ['zh;q=0,en', 'en'], ['en,zh', 'en'],
    ['fr', undefined], ['*', undefined], ['', undefined], [undefined, undefined], ['en;q=much,;;,zh;q=0', undefined],
  ] as const)('%j is %j', (header, language) => { expect(askedLanguage(header)).toBe(language) })
})

describe('composition (AUTH-17, D-02)', () => {
  test.each([
    ['Abcdef1$', []], ['Abcdef1$Abcdef1$Abcdef1$', []], ['Ab1@&_$x', []],
    ['Abcde1$', ['tooShort']], ['Abcdef1$Abcdef1$Abcdef1$x', ['tooLong']],
    ['abcdef1$', ['needsUpperCase']], ['ABCDEF1$', ['needsLowerCase']], ['Abcdefg$', ['needsDigit']], ['Abcdefg1', ['needsSymbol']],
    ['Abcdef1$!', ['otherCharacter']], ['Abcdef1$ ', ['otherCharacter']], ['Äbcdef1$A', ['otherCharacter']], ['Abcdef1$中', ['otherCharacter']],
    ['', ['tooShort', 'needsUpperCase', 'needsLowerCase', 'needsDigit', 'needsSymbol']],
  ])('%j', (password, expected) => { expect(mistakes(password)).toEqual(expected) })

  test('a policy may take other characters, and then counts characters, not halves of them', () => {
    const loose = { ...standardPasswordPolicy, allowsOtherCharacters: true }
    expect(passwordMistakesIn('Ab1$🩻🩻🩻', loose)).toEqual(['tooShort'])
    expect(passwordMistakesIn('Ab1$🩻🩻🩻🩻', loose)).toEqual([])
  })

  test('nothing is taken but 8 to 24 of the characters there are, each class among them', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'aZ9$@&_!é'), maxLength: 30 }), (password) => {
      const isGood = /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[$@&_])[A-Za-z\d$@&_]{8,24}$/.test(password)
      expect(mistakes(password).length === 0).toBe(isGood)
    }))
  })

  test('one-time passwords keep the policy and do not come twice', () => {
    const made = Array.from({ length: 500 }, newOneTimePassword)
    expect(made.flatMap(mistakes)).toEqual([])
    expect(new Set(made).size).toBe(made.length)
    expect(made.join('')).not.toMatch(/[0O1lI]/)
  })
})

describe('names', () => {
  test.each([
    ['13800138000', '+8613800138000'], ['138 0013-8000', '+8613800138000'], ['+86 138 0013 8000', '+8613800138000'], ['008613800138000', '+8613800138000'],
    ['010 6552 9988', '+861065529988'], ['(0551) 6360-1234', '+8655163601234'], ['+1 (212) 555-0100', '+12125550100'], ['１３８００１３８０００', '+8613800138000'],
  ])('%s is the phone number %s', (text, phone) => { expect(readPhone(text)).toBe(phone) })

  test.each(['', '1380013800a', '+0123456', '12', '+1234567890123456', 'li.hua', '=cmd'])('%j is no phone number', (text) => { expect(readPhone(text)).toBeUndefined() })

  test('a login name is the same in capitals, and never taken for a phone number', () => {
    expect(readLogin(' Li.Hua ')).toEqual({ kind: 'loginName', value: 'li.hua' })
    expect(readLogin('13800138000')?.kind).toBe('phone')
    expect(readLogin('李华')).toBeUndefined()
  })

  test('what was read once reads the same again', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+- ()aB._'), maxLength: 20 }), (text) => {
      const login = readLogin(text)
      if (login) expect(readLogin(login.value)).toEqual(login)
    }))
  })
})

describe('calendar days (D-03)', () => {
  test.each([
    ['Asia/Shanghai', '2026-11-22T15:59:59.999Z', '2026-11-22', '2026-11-22T16:00:00.000Z'],
    ['Asia/Shanghai', '2026-11-22T16:00:00.000Z', '2026-11-23', '2026-11-23T16:00:00.000Z'],
    // 25 and 23 hours long.
    ['Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29', '2026-03-29T22:00:00.000Z'],
  ])('in %s at %s it is %s until %s', (zone, now, date, endsAt) => {
    expect(dayIn(zone, new Date(now))).toEqual({ date, endsAt: new Date(endsAt) })
  })

  test('a day ends when the next begins, in every time zone', () => {
    fc.assert(fc.property(fc.constantFrom(...Intl.supportedValuesOf('timeZone')), fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }), (zone, now) => {
      const day = dayIn(zone, now)
      expect(day.endsAt.getTime()).toBeGreaterThan(now.getTime())
      expect(dayIn(zone, new Date(day.endsAt.getTime() - 1)).date).toBe(day.date)
      expect(dayIn(zone, day.endsAt).date > day.date).toBe(true)
    }), { numRuns: 60 })
  })

  test('time zones are those of the IANA database', () => {
    expect([isTimeZone('Asia/Shanghai'), isTimeZone('UTC'), isTimeZone('Mars/Olympus'), isTimeZone('')]).toEqual([true, true, false, false])
  })
})

describe('hashes', () => {
  const cheap = createPasswordHashing({ memoryKiB: 64, passes: 1, lanes: 1 })

  test('say how they were made, differ for the same password, and are right for it alone', async () => {
    const [one, other] = [await cheap.hash('Radiology$1'), await cheap.hash('Radiology$1')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(other)
    expect([await cheap.verify('Radiology$1', one), await cheap.verify('radiology$1', one), await cheap.verify('Radiology$1', undefined)]).toEqual([true, false, false])
  })

  test('of an earlier cost are still good, and known to be outdated', async () => {
    const old = await cheap.hash('Radiology$1')
    const dearer = createPasswordHashing({ memoryKiB: 128, passes: 1, lanes: 1 })
    expect([await dearer.verify('Radiology$1', old), dearer.isOutdated(old), dearer.isOutdated(await dearer.hash('x'))]).toEqual([true, true, false])
  })

  test('are those of another implementation (phc-winner-argon2, its test vector)', async () => {
    // argon2id, m=64 MiB, t=2, p=1, password "password", salt "somesalt".
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await cheap.verify('password', known)).toBe(true)
  })

  test('too many at once are turned away instead of piling up', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => cheap.hash('Radiology$1')))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(8)
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ kind: { status: 503 } })
    await expect(cheap.hash('Radiology$1')).resolves.toBeTypeOf('string')
  })
})

test('a proof of work has the zero bits it is asked for', () => {
  // SHA-256 of "isocenter.10" begins with some bits; whatever they are, they count from the left.
  const nonces = Array.from({ length: 4_096 }, (_, nonce) => nonce)
  const share = (bits: number) => nonces.filter((nonce) => isSolved('isocenter', nonce, bits)).length / nonces.length
  expect(share(0)).toBe(1)
  for (const bits of [1, 2, 4]) expect(Math.abs(share(bits) * 2 ** bits - 1)).toBeLessThan(0.3)
})
