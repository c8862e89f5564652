import { afterEach, describe, expect, test, vi } from 'vitest'
import { hasProgram } from './programs.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('a program tests need', () => {
  test('is found on the PATH', () => {
    expect(hasProgram('sh')).toBe(true)
  })

  test('that is missing is told once, so that what is skipped is seen', () => {
    vi.stubEnv('CI', '')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(hasProgram('no-such-program')).toBe(false)
    expect(hasProgram('no-such-program')).toBe(false)
    expect(warn.mock.calls).toEqual([['Skipped: no-such-program is not installed.']])
  })

  test('that is missing is a failure in CI', () => {
    vi.stubEnv('CI', 'true')
    expect(() => hasProgram('no-such-program')).toThrow('CI skips no test')
  })

  test('that is missing names its Debian packages', () => {
    vi.stubEnv('CI', 'true')
    vi.stubEnv('PATH', '')
    expect(() => hasProgram('radosgw')).toThrow('ceph-osd')
  })
})
