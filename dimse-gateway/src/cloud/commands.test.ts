import { expect, test } from 'vitest'
import { readConfiguration, type Configuration } from '../configuration/schema.ts'
import { aControl } from './control.fixture.ts'
import { doCommand } from './commands.ts'

const node = { kind: 'cloud', url: 'https://cloud.example' }
const former = { ...node, id: 'cloud', name: 'North', organisation: 'north@urn:uuid:1', paused: true, default: false }
const present = { ...node, id: 'cloud-2', name: 'South', organisation: 'south@urn:uuid:1' }
const configuration: Configuration = readConfiguration({
  nodes: [former, present], cloud: { url: 'https://cloud.example', gatewayId: '1', organisation: { slug: 'south', name: 'South' }, tokenAudience: 'urn:uuid:1' },
})
const [ofFormer, ofPresent] = configuration.nodes

async function setNodes(nodes: unknown) {
  const control = { ...aControl(), configuration: () => configuration }
  const { outcome, reason } = await doCommand(control, { commandId: '1', name: 'setConfiguration', arguments: { change: { nodes } } })
  return [outcome, reason, control.done]
}

test('an administrator of today sets the nodes of today, and leaves those of the former organisation as they are', async () => {
  expect((await setNodes([ofFormer, { ...ofPresent, concurrency: 4 }]))[0]).toBe('succeeded')
})

test.each([
  ['sent elsewhere', [{ ...ofFormer, url: 'https://evil.example' }, ofPresent]],
  ['taken over', [{ ...ofFormer, organisation: 'south@urn:uuid:1' }, ofPresent]],
  ['resumed', [{ ...ofFormer, paused: false }, ofPresent]],
  ['removed', [ofPresent]],
  ['replaced by what is no list', 'none'],
])('what waits for the former organisation is not %s from afar', async (_what, nodes) => {
  expect(await setNodes(nodes)).toEqual(['failed', 'Nodes of an organisation the gateway was bound to before are not set from afar.', []])
})

test('a film is printed by the id of its order, and what a printer says in its own words stays here', async () => {
  const control = aControl()
  const jobId = '0192f0c0-0000-7000-8000-000000000001'
  expect(await doCommand(control, { commandId: '1', name: 'printFilms', arguments: { printerId: 'film', jobId } })).toMatchObject({ outcome: 'succeeded', value: { sheets: 1, warnings: [] } })
  expect(await doCommand(control, { commandId: '2', name: 'testPrinter', arguments: { printerId: 'film' } })).toEqual({ commandId: '2', outcome: 'succeeded', value: { failure: { reason: 'nodeFailing' } } })
  expect(control.done).toEqual([`printFilms film ${jobId}`, 'testPrinter film'])
})
