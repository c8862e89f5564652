import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextPlace, signInFor } from './next-place.ts'

test.each([
  ['/o/12/home', '/o/12/home'], ['/o/12/admin/members?search=%E5%BC%A0', '/o/12/admin/members?search=%E5%BC%A0'], ['/me#sessions', '/me#sessions'],
])('leads back to %s', (place, back) => {
  expect(nextPlace(signInFor(place).slice('/sign-in'.length))).toBe(back)
})

test.each(['//elsewhere.example', '/\\elsewhere.example', '/\t/elsewhere.example', 'https://elsewhere.example', 'javascript:alert(1)', '/sign-in?next=/sign-in', '/api/session', '', 'workbench', '/../\\elsewhere.example', '/..//elsewhere.example'])(
  'does not lead to %j', (next) => {
    expect(nextPlace(`?next=${encodeURIComponent(next)}`)).toBeUndefined()
  })

test('no text leads to another site', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((rest) => `/${rest}`), fc.webUrl(), fc.stringMatching(/^[/\\\t\n .:a@]{1,12}$/)), (next) => {
    const place = nextPlace(`?next=${encodeURIComponent(next)}`)
    if (place !== undefined) expect(new URL(place, 'https://here.example').origin).toBe('https://here.example')
  }))
})
