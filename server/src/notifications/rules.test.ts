import { notificationEvents, notificationMethods, type NotificationMethod } from '@isocenter/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventCatalogue, isKnownEvent, pathOf, possibleMethods, todoCatalogue } from './catalogue.ts'
import { defaultRule, everybody, inForce, refusalOf } from './rules.ts'

const rule = { isOn: true, methods: ['inApp'] as NotificationMethod[], scope: everybody, timing: {} }
const anId = '00000000-0000-4000-8000-000000000000'

test('safety messages cannot be switched off, narrowed or delayed', () => {
  const refused = (change: Partial<typeof rule & { timing: object }>) => refusalOf('gateway.offline', { ...rule, ...change })
  expect(refused({})).toBeUndefined()
  expect(refused({ isOn: false })).toMatch(/switched off/)
  expect(refused({ methods: ['email'] })).toMatch(/switched off/)
  expect(refused({ scope: { ...everybody, membershipIds: [anId] } })).toMatch(/narrowed/)
  for (const timing of [{ digestAt: '08:00' }, { quiet: { from: '22:00', to: '07:00' } }]) expect(refused({ timing })).toMatch(/delayed/)
})

test('what is about one person is not told to a program, or by lists of others', () => {
  expect(refusalOf('membership.suspended', { ...rule, methods: ['webhook'] })).toMatch(/methods/)
  expect(refusalOf('membership.suspended', { ...rule, scope: { ...everybody, roleIds: [anId] } })).toMatch(/person/)
})

test('whatever stands in the database, what holds is no more than what is possible, and never less than safety', () => {
  fc.assert(fc.property(fc.constantFrom(...notificationEvents), fc.subarray([...notificationMethods]), fc.boolean(), (event, methods, isOn) => {
    const held = inForce(event, { isOn, methods, scope: { ...everybody, membershipIds: [anId] }, timing: { digestAt: '08:00' }, version: 3 })
    const { isSafety = false } = eventCatalogue[event]
    expect(held.methods.every((method) => possibleMethods(eventCatalogue[event]).includes(method) && (methods.includes(method) || (isSafety && method === 'inApp')))).toBe(true)
    if (isSafety) expect(held).toMatchObject({ isOn: true, scope: everybody, timing: {}, methods: expect.arrayContaining(['inApp']) as unknown })
  }))
})

test('what the catalogue has by default could be set by an administrator too', () => {
  for (const event of notificationEvents) {
    const { isOn, methods, scope, timing } = defaultRule(event)
    expect([event, refusalOf(event, { isOn, methods: [...methods], scope, timing })]).toEqual([event, undefined])
  }
})

test('every matter has a page, and its address holds nothing but ids', () => {
  for (const { path } of [...Object.values(eventCatalogue), ...Object.values(todoCatalogue)]) expect(pathOf(path, '12')).toMatch(/^(\/[a-z0-9-]+)+$/)
  expect(isKnownEvent('toString')).toBe(false)
})
