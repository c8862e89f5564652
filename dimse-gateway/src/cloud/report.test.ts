import { maxReportBytes, ReportRequest } from '@isocenter/contracts'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import type { GatewayState } from '../control/wire/state.ts'
import { aControl, aGatewayState } from './control.fixture.ts'
import { archiveFailed } from '../control/problems.ts'
import { doCommand } from './commands.ts'
import { makeReport } from './report.ts'

const nothing = { knownRevision: undefined, results: [] }

test('whatever texts and lists the gateway has, its report has the form the cloud takes', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 3_000 })
  await fc.assert(fc.asyncProperty(text, fc.nat(600), async (words, count) => {
    const control = aControl()
    const lastFailure: GatewayState['nodes'][number]['lastFailure'] = { reason: 'lineDown', text: words, at: '2026-11-22T04:00:00.000Z' }
    control.overrides.state = {
      service: { ...aGatewayState().service, status: 'failed', reason: words, addresses: Array.from({ length: count }, () => words) },
      nodes: [{ id: 'cloud', name: words, kind: 'cloud', status: 'retrying', waiting: 1, waitingBytes: 1, failed: 0, lastFailure }],
      alarms: Array.from({ length: count }, () => ({ code: 'spoolFull' as const, severity: 'critical' as const })),
    }
    control.overrides.senders = Array.from({ length: count }, () => ({ callingAETitle: words, calledAETitle: words, remoteAddress: words, firstSeenAt: '2026-11-22T04:00:00Z', lastSeenAt: '2026-11-22T04:00:00Z', attempts: 1, wasRefused: true, refusedServices: [] }))
    const report = await makeReport(control, nothing)
    expect(Value.Check(ReportRequest, report)).toBe(true)
    expect(JSON.stringify(report).isWellFormed()).toBe(true)
    expect(JSON.stringify(report)).not.toMatch(/\\ud[89a-f]/i)
  }), { numRuns: 50 })
})

test('the configuration goes along once a revision, without the bond to the cloud', async () => {
  const control = aControl()
  const { revision } = control.configuration()
  expect((await makeReport(control, nothing)).configuration.document).toMatchObject({ nodes: [{ id: 'cloud' }] })
  expect((await makeReport(control, { ...nothing, knownRevision: revision })).configuration).toEqual({ revision })
  const bound = { ...control, configuration: () => ({ ...control.configuration(), cloud: { url: 'https://cloud.example', gatewayId: 'g', organisation: { slug: 's', name: 'S' } } }) }
  expect((await makeReport(bound, nothing)).configuration.document).not.toHaveProperty('cloud')
})

test('a configuration there is no room for is left out rather than the report', async () => {
  const control = aControl()
  const large = { ...control.configuration(), rules: Array.from({ length: 500 }, (_one, index) => ({ id: `r${String(index)}`, name: 'x'.repeat(100), urgent: false, to: Array.from({ length: 100 }, () => 'n'.repeat(60)), when: {} })) }
  const report = await makeReport({ ...control, configuration: () => large }, nothing)
  expect(report.configuration).toEqual({ revision: large.revision })
  expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(maxReportBytes)
})

test('of many unknown senders the newest are told', async () => {
  const control = aControl()
  const at = (day: number) => `2026-10-${String(day % 30 + 1).padStart(2, '0')}T00:00:00Z`
  control.overrides.senders = Array.from({ length: 150 }, (_one, index) => ({ callingAETitle: `A${String(index)}`, calledAETitle: 'X', remoteAddress: '192.0.2.1', firstSeenAt: at(0), lastSeenAt: at(index), attempts: 1, wasRefused: true, refusedServices: [] }))
  const { unknownSenders } = await makeReport(control, nothing)
  expect(unknownSenders).toHaveLength(100)
  expect(unknownSenders[0]?.lastSeenAt).toBe(at(29))
})

test('what a node says in its own words, which may name a patient, does not leave the machine', async () => {
  const failure = { reason: 'refused', text: 'Not of Grüner^Käthe' } as const
  const control = aControl()
  control.overrides.state = { nodes: [{ id: 'pacs', name: 'PACS', kind: 'dicom', status: 'retrying', waiting: 1, waitingBytes: 1, failed: 0, lastFailure: { ...failure, at: '2026-11-22T04:00:00.000Z' } }] }
  const report = await makeReport(control, nothing)
  expect(report.state.nodes).toMatchObject([{ lastFailure: { reason: 'refused' } }])
  const failing = {
    ...control,
    testNode: () => Promise.resolve({ at: '2026-11-22T04:00:00Z', succeeded: false, steps: [{ name: 'echo' as const, milliseconds: 1, failure }] }),
    fetchStudies: () => Promise.reject(archiveFailed(failure.text, { failure })),
  }
  const tested = await doCommand(failing, { commandId: '1', name: 'testNode', arguments: { nodeId: 'pacs' } })
  expect(tested).toMatchObject({ outcome: 'succeeded', value: { steps: [{ failure: { reason: 'refused' } }] } })
  const fetched = await doCommand(failing, { commandId: '2', name: 'fetchStudies', arguments: { nodeId: 'pacs', studies: [{ StudyInstanceUID: '1.2' }] } })
  expect(fetched).toMatchObject({ outcome: 'failed', reason: 'The archive did not answer as it should: refused.' })
  expect(JSON.stringify([report, tested, fetched])).not.toContain('Grüner')
})
