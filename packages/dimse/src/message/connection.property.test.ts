import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf, connectTo, CTImageStorage, startProvider, until, Verification } from '../services/provider.fixture.ts'
import { commandFields } from './command-field.ts'
import { encodeCommandSet, type CommandSet } from './command-set.ts'

/** What a peer may put on the line, right and wrong. */
const fragment = fc.oneof(
  fc.record({
    context: fc.constantFrom(1, 3),
    kind: fc.constant('command' as const),
    bytes: fc.record({
      CommandField: fc.constantFrom(...Object.values(commandFields), 0x0042),
      MessageID: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      MessageIDBeingRespondedTo: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      AffectedSOPClassUID: fc.constantFrom(undefined, Verification, CTImageStorage),
      AffectedSOPInstanceUID: fc.constantFrom(undefined, '1.2.3'),
      Status: fc.constantFrom(undefined, 0, 0xff00),
    }).chain((command) => fc.boolean().map((hasDataSet) => encodeCommandSet(command as CommandSet, hasDataSet))),
  }),
  fc.record({ context: fc.constantFrom(1, 3), kind: fc.constant('dataSet' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ context: fc.constantFrom(1, 3), kind: fc.constant('command' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
)

test('whatever a peer sends, its association ends, no handler is left waiting, and the next peer is served', async () => {
  let running = 0
  await using provider = await startProvider({
    echo: () => 0x0000,
    async store({ dataSet }) {
      running++
      try {
        return { status: (await bytesOf(dataSet)).length > 20 ? 0xa700 : 0x0000 }
      } finally {
        running--
      }
    },
    async *find({ signal }) {
      running++
      try {
        while (!signal.aborted) await new Promise((resolve) => { setTimeout(resolve, 1) })
        yield* []
      } finally {
        running--
      }
    },
  })
  let served = 0
  await fc.assert(fc.asyncProperty(fc.array(fragment, { maxLength: 12 }), fc.boolean(), async (fragments, isReleased) => {
    await using connection = await connectTo(provider, [Verification, CTImageStorage])
    const { association } = connection
    const drained = (async () => { while (await association.receive()) { /* answers are not looked at */ } })().catch(() => undefined)
    for (const { context, kind, bytes } of fragments) await association.send(context, kind, bytes).catch(() => undefined)
    if (isReleased) await Promise.race([association.release().catch(() => undefined), new Promise((resolve) => { setTimeout(resolve, 20) })])
    await association.abort()
    await drained
    served++
    await until(() => provider.ends.length === served && running === 0)
  }), { numRuns: 200 })
  expect(provider.failures.filter((error) => !(error instanceof Error && error.name.startsWith('Association')))).toEqual([])
})
