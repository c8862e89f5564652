import { grantablePermissions, mayEnter, organisationKinds, permissionList, places, rolePermissions, withDerived, type Place } from '@isocenter/contracts'
import { describe, expect, test } from 'vitest'
import { builtInRoles } from './built-in-roles.ts'

const roleOf = (kind: Parameters<typeof builtInRoles>[0], builtIn: string) => new Set(builtInRoles(kind).find((role) => role.builtIn === builtIn)?.permissions ?? [])
const placesOf = (held: ReadonlySet<string>) => places.filter((place) => mayEnter(held, place))

describe('who may enter which module (PLAT-03; statistics of consortium administrators by D-09)', () => {
  const general: Place[] = ['remoteDiagnosis', 'consultation', 'wardRound', 'teaching', 'statistics', 'imageQuality']
  test.each<[string, ReadonlySet<string>, Place[]]>([
    ['a general user of a hospital', roleOf('hospital', 'general'), general],
    ['a diagnosing doctor of a team', roleOf('team', 'diagnosingDoctor'), general],
    ['a reviewer of a team', roleOf('team', 'reviewer'), general],
    ['a hospital administrator', roleOf('hospital', 'administrator'), ['remoteDiagnosis', 'consultation', 'statistics', 'imageQuality', 'platformManagement']],
    ['a consortium administrator', roleOf('consortium', 'administrator'), ['remoteDiagnosis', 'statistics', 'platformManagement']],
    ['who has nothing', new Set(), []],
  ])('%s', (_who, held, expected) => { expect(placesOf(held)).toEqual(expected) })
})

test.each(organisationKinds)('the first built-in role of a %s is the full one, and holds all that can be held there', (kind) => {
  const [first, ...others] = builtInRoles(kind)
  expect(first).toMatchObject({ builtIn: 'full', permissions: grantablePermissions(kind) })
  expect(others.filter(({ builtIn }) => builtIn === 'full')).toEqual([])
})

test.each(organisationKinds)('built-in roles of a %s hold nothing that means nothing there, nothing twice, and have names of their own', (kind) => {
  const grantable = new Set(grantablePermissions(kind))
  for (const { permissions } of builtInRoles(kind)) {
    expect(permissions.filter((permission) => !grantable.has(permission))).toEqual([])
    expect(new Set(permissions).size).toBe(permissions.length)
  }
  expect(new Set(builtInRoles(kind).map(({ name }) => name)).size).toBe(builtInRoles(kind).length)
})

test('submitting follows from diagnosing and reviewing, and from nothing less', () => {
  expect(withDerived(['report.diagnose', 'report.review'])).toContain('report.submit')
  for (const one of rolePermissions) expect(withDerived([one]).has('report.submit')).toBe(one === 'report.submit')
  for (const kind of organisationKinds) expect(grantablePermissions(kind)).not.toContain('report.submit')
})

test('every permission can be held in some kind of organisation', () => {
  for (const permission of rolePermissions) expect([permission, permissionList[permission].kinds.length > 0]).toEqual([permission, true])
})
