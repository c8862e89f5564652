import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createControlApi } from './api.ts'
import { pretendGateway, type PretendedGateway } from './gateway.fixture.ts'
import type { ControlApp } from './typed-routes.ts'

export const key = 'abcd-efgh-jkmn-pqrs-tvwx'
export const asScript = { authorization: `Bearer ${key}`, host: '127.0.0.1:13228' }
export const asBrowser = { host: 'localhost:13228', origin: 'http://localhost:13228' }

export interface ControlApiUnderTest {
  readonly app: ControlApp
  readonly gateway: PretendedGateway
  /** Folder of the built screens. */
  readonly screens: string
  /** What the clock of the gateway and its API says. */
  now: Date
}

/** The control API of a pretended gateway, anew for every test of the file that calls this. */
export function controlApiOfEachTest(): ControlApiUnderTest {
  const test = {} as { -readonly [Member in keyof ControlApiUnderTest]: ControlApiUnderTest[Member] }
  beforeEach(async () => {
    test.now = new Date('2026-11-22T08:00:00Z')
    const now = () => test.now
    test.gateway = pretendGateway({ now })
    test.screens = await mkdtemp(join(tmpdir(), 'isocenter-screens-'))
    await writeFile(join(test.screens, 'index.html'), '<meta property="csp-nonce" nonce="NONCE_OF_THIS_ANSWER">')
    test.app = await createControlApi({ control: test.gateway, key, screens: test.screens, now })
  })
  afterEach(async () => {
    await test.app.close()
    await rm(test.screens, { recursive: true })
  })
  return test
}
