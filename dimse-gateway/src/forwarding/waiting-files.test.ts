import { rm } from 'node:fs/promises'
import { anInstance } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aForwardingGateway, settingsOf, until, type ForwardingGateway } from './forwarding.fixture.ts'

/** Nobody listens there: nothing is read to be sent. */
const nodes = (paused: boolean) => ({ nodes: ['a', 'b'].map((id) => ({ id, name: id, kind: 'dicomweb', url: 'http://127.0.0.1:9/dicom-web', paused: paused || id === 'b' })) })

let gateway: ForwardingGateway
beforeEach(async () => { gateway = await aForwardingGateway(nodes(true)) })
afterEach(() => gateway.close())

test('what was taken away while a node was paused is found when it is resumed, though its line is down', async () => {
  const objects = []
  for (let one = 0; one < 40; one++) objects.push(await gateway.receiveInstance(anInstance()))
  await until(() => gateway.forwarding.counts().waiting === 80)
  for (const { id } of [objects[0]!, objects[20]!, objects[39]!]) await rm(gateway.spool.pathOf(id))
  await gateway.forwarding.configure(settingsOf({ ...nodes(true), rules: [] }))
  expect(gateway.forwarding.lost().count).toBe(0)
  await gateway.forwarding.configure(settingsOf(nodes(false)))
  await until(() => gateway.forwarding.lost().count === 3)
  await until(() => gateway.forwarding.counts().waiting === 74)
})
