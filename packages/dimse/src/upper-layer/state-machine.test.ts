import { describe, expect, test } from 'vitest'
import { actionFor, actions, allStateEvents, allStates, outcomeOf, states, type Condition, type State, type UpperLayerStateEvent } from './state-machine.ts'

/**
 * PS3.8 Table 9-10 as the standard prints it: a row an event, in the order of the rows, a column a state from Sta1 to Sta13,
 * a dot an empty cell. Typed from the standard's layout, not from state-machine.ts, which lists events by state.
 */
const printed = `
  associateRequest     AE-1 .    .    .    .    .    .    .    .    .     .    .    .
  transportConfirm     .    .    .    AE-2 .    .    .    .    .    .     .    .    .
  associateAcPdu       .    AA-1 AA-8 .    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
  associateRjPdu       .    AA-1 AA-8 .    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
  transportIndication  AE-5 .    .    .    .    .    .    .    .    .     .    .    .
  associateRqPdu       .    AE-6 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
  associateAccept      .    .    AE-7 .    .    .    .    .    .    .     .    .    .
  associateReject      .    .    AE-8 .    .    .    .    .    .    .     .    .    .
  dataRequest          .    .    .    .    .    DT-1 .    AR-7 .    .     .    .    .
  dataPdu              .    AA-1 AA-8 .    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
  releaseRequest       .    .    .    .    .    AR-1 .    .    .    .     .    .    .
  releaseRqPdu         .    AA-1 AA-8 .    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
  releaseRpPdu         .    AA-1 AA-8 .    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6
  releaseResponse      .    .    .    .    .    .    .    AR-4 AR-9 .     .    AR-4 .
  abortRequest         .    .    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 .
  abortPdu             .    AA-2 AA-3 .    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2
  transportClosed      .    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5
  artimExpired         .    AA-2 .    .    .    .    .    .    .    .     .    .    AA-2
  invalidPdu           .    AA-1 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
`
const rows = printed.trim().split('\n').map((line) => line.trim().split(/\s+/))
const cells = rows.flatMap(([event, ...actionsOfRow]) => actionsOfRow.map((action, index) => ({ event, state: `Sta${index + 1}`, action })))

/** The next state of each action, as Tables 9-6 to 9-9 end their sentences; two where it depends. */
const nextStates: Readonly<Record<string, readonly string[]>> = {
  'AE-1': ['Sta4'], 'AE-2': ['Sta5'], 'AE-3': ['Sta6'], 'AE-4': ['Sta1'], 'AE-5': ['Sta2'], 'AE-6': ['Sta3', 'Sta13'], 'AE-7': ['Sta6'], 'AE-8': ['Sta13'],
  'DT-1': ['Sta6'], 'DT-2': ['Sta6'],
  'AR-1': ['Sta7'], 'AR-2': ['Sta8'], 'AR-3': ['Sta1'], 'AR-4': ['Sta13'], 'AR-5': ['Sta1'], 'AR-6': ['Sta7'], 'AR-7': ['Sta8'], 'AR-8': ['Sta9', 'Sta10'], 'AR-9': ['Sta11'], 'AR-10': ['Sta12'],
  'AA-1': ['Sta13'], 'AA-2': ['Sta1'], 'AA-3': ['Sta1'], 'AA-4': ['Sta1'], 'AA-5': ['Sta1'], 'AA-6': ['Sta13'], 'AA-7': ['Sta13'], 'AA-8': ['Sta13'],
}

describe('the state machine of PS3.8 Table 9-10', () => {
  test('has thirteen states, nineteen events and every cell of the printed table', () => {
    expect(allStates).toHaveLength(13)
    expect(allStateEvents).toHaveLength(19)
    expect(rows.map(([event]) => event)).toEqual(allStateEvents)
    expect(cells).toHaveLength(13 * 19)
    expect(new Set(cells.map(({ state }) => state))).toEqual(new Set(Object.keys(states)))
  })

  test.each(cells)('$event in $state: $action', ({ event, state, action }) => {
    expect(actionFor(state as State, event as UpperLayerStateEvent) ?? '.').toBe(action)
  })

  test.each(Object.entries(actions))('%s ends where the standard says', (name) => {
    const answers: ((condition: Condition) => boolean)[] = [() => true, () => false]
    const next = [...new Set(answers.map((is) => outcomeOf(name as keyof typeof actions, is).next))]
    expect(next).toEqual(nextStates[name])
  })

  test('ARTIM runs exactly while we wait for a request or for the close of the connection', () => {
    for (const name of Object.keys(actions) as (keyof typeof actions)[]) {
      for (const answer of [true, false]) {
        const { effects, next } = outcomeOf(name, () => answer)
        const starts = effects.lastIndexOf('startArtim') > effects.lastIndexOf('stopArtim')
        // Sta13 → Sta13 (AA-6, AA-7) leaves it running.
        if (starts) expect(['Sta2', 'Sta13']).toContain(next)
        if (next === 'Sta2') expect(starts).toBe(true)
      }
    }
  })

  test('from every state an abort by the user, the peer or the transport ends the association', () => {
    for (const state of allStates.filter((one) => one !== 'Sta1' && one !== 'Sta13')) {
      for (const event of ['abortRequest', 'abortPdu', 'transportClosed'] as const) {
        const action = actionFor(state, event)
        if (!action) continue
        expect(['Sta1', 'Sta13']).toContain(outcomeOf(action, () => true).next)
      }
    }
  })
})
