import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { attributes } from '@isocenter/testkit'
import { DimseStatusError, NoPresentationContext } from '../message/dimse-error.ts'
import type { SubOperations } from './handlers.ts'
import {
  bytesOf, connectTo, CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian, ModalityWorklistFind, startProvider, StudyRootFind, StudyRootGet, StudyRootMove, until,
} from './provider.fixture.ts'
import { get } from './scu-get.ts'
import { find, move, type RetrieveProgress } from './scu-query.ts'

const byStudy = attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: null, PatientName: null })
const study = (number: number) => attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: `1.2.${number}` })

async function* endless(signal: AbortSignal, seen: { made: number }) {
  for (; !signal.aborted; seen.made++) {
    yield { identifier: study(seen.made) }
    await delay(1)
  }
}

async function allOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

describe('C-FIND', () => {
  test('gives the matches in order, in the transfer syntax of the context', async () => {
    await using provider = await startProvider({
      async *find({ identifier }) {
        expect(identifier.string('QueryRetrieveLevel')).toBe('STUDY')
        for (const number of [1, 2, 3]) yield { identifier: study(number) }
      },
    })
    for (const transferSyntax of [ImplicitVRLittleEndian, ExplicitVRLittleEndian, '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99']) {
      await using connection = await connectTo(provider, [{ abstractSyntax: StudyRootFind, transferSyntaxes: [transferSyntax] }])
      const matches = await allOf(find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy }))
      expect(matches.map((match) => match.string('StudyInstanceUID'))).toEqual(['1.2.1', '1.2.2', '1.2.3'])
    }
    expect(provider.failures).toEqual([])
  })

  test('may take us longer than a peer may be silent', async () => {
    await using provider = await startProvider({
      async *find() {
        await delay(400)
        yield { identifier: study(1) }
      },
    }, { idleMs: 100 })
    await using connection = await connectTo(provider, [StudyRootFind])
    expect(await allOf(find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy }))).toHaveLength(1)
  })

  test.each([
    [['ISO_IR 100'], 'Müller^Jörg', ['ISO_IR 100']],
    [['', 'ISO 2022 IR 87'], 'Yamada^Tarou=山田^太郎', ['', 'ISO 2022 IR 87']],
    [['GB18030'], 'Wang^XiaoDong=王^小东', ['GB18030']],
    [['GBK'], 'Wang^XiaoDong=王^小东', ['GBK']],
    [['ISO_IR 100'], 'Wang^XiaoDong=王^小东', ['ISO_IR 192']],
    [[], 'Müller^Jörg', ['ISO_IR 192']],
  ])('a worklist asked for in %j says %s in %j', async (asked, name, answered) => {
    const [Alphabetic = '', Ideographic] = name.split('=')
    await using provider = await startProvider({
      async *find() {
        yield { identifier: { '00100010': { vr: 'PN', Value: [{ Alphabetic, ...(Ideographic && { Ideographic }) }] } } }
      },
    })
    await using connection = await connectTo(provider, [ModalityWorklistFind])
    const identifier = { ...(asked.length > 0 && { '00080005': { vr: 'CS' as const, Value: asked } }), ...attributes({ PatientName: '*' }) }
    const [match] = await allOf(find(connection, { SOPClassUID: ModalityWorklistFind, identifier, SpecificCharacterSet: asked }))
    expect([match?.string('PatientName'), match?.strings('SpecificCharacterSet')]).toEqual([name, answered])
  })

  test('breaking off cancels: the handler is told, and the association goes on', async () => {
    const seen = { made: 0 }
    const signals: AbortSignal[] = []
    await using provider = await startProvider({
      find: ({ signal }) => {
        signals.push(signal)
        return endless(signal, seen)
      },
    })
    await using connection = await connectTo(provider, [StudyRootFind])
    let count = 0
    for await (const _match of find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy })) if (++count === 3) break
    expect(signals[0]?.aborted).toBe(true)
    expect(seen.made).toBeLessThan(1000)
    for await (const match of find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy })) {
      expect(match.string('QueryRetrieveLevel')).toBe('STUDY')
      break
    }
  })

  test('the signal cancels, and what it was fired with is thrown', async () => {
    await using provider = await startProvider({ find: ({ signal }) => endless(signal, { made: 0 }) })
    await using connection = await connectTo(provider, [StudyRootFind])
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('the user left')), 50)
    await expect(allOf(find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy, signal: controller.signal }))).rejects.toThrow('the user left')
    expect(connection.association.contexts.size).toBe(1)
  })

  test('a call made inside a query waits for a turn that does not come, and harms nothing', async () => {
    await using provider = await startProvider({ find: ({ signal }) => endless(signal, { made: 0 }) })
    await using connection = await connectTo(provider, [StudyRootFind, StudyRootMove])
    const byStudyNow = { SOPClassUID: StudyRootFind, identifier: byStudy }
    for await (const _match of find(connection, byStudyNow)) {
      await expect(find(connection, { ...byStudyNow, timeoutMs: 30 }).next()).rejects.toMatchObject({ name: 'DimseTimeout', message: 'the requests before it did not end within 30 ms' })
      await expect(find(connection, { ...byStudyNow, signal: AbortSignal.timeout(30) }).next()).rejects.toMatchObject({ name: 'TimeoutError' })
      break
    }
    const query = find(connection, byStudyNow)
    expect((await query.next()).done).toBe(false)
    await query.return()
  })

  test('a peer that goes away ends the query too', async () => {
    const signals: AbortSignal[] = []
    await using provider = await startProvider({ find: ({ signal }) => { signals.push(signal); return endless(signal, { made: 0 }) } })
    await using connection = await connectTo(provider, [StudyRootFind])
    const query = find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy })
    await query.next()
    await connection.association.abort()
    await until(() => signals[0]?.aborted === true)
    await until(() => provider.ends.length === 1)
  })

  test.each([
    ['what it says', new DimseStatusError(0xa700, { ErrorComment: 'too many' }), 0xa700, 0],
    ['unable to process', new Error('SELECT patient_name'), 0xc000, 1],
  ])('a failing handler becomes %s', async (_, thrown, status, failures) => {
    await using provider = await startProvider({
      async *find() {
        yield { identifier: study(1) }
        throw thrown
      },
    })
    await using connection = await connectTo(provider, [StudyRootFind])
    await expect(allOf(find(connection, { SOPClassUID: StudyRootFind, identifier: byStudy }))).rejects.toMatchObject({ name: 'DimseStatusError', status })
    expect(provider.failures).toHaveLength(failures)
  })

  test('an identifier of more than any query has is not served: too many elements are answered, too many bytes end the association', async () => {
    await using provider = await startProvider({ async *find() { yield { identifier: study(1) } } })
    await using connection = await connectTo(provider, [{ abstractSyntax: StudyRootFind, transferSyntaxes: [ImplicitVRLittleEndian] }])
    const empty = (elements: number): Buffer => {
      const bytes = Buffer.alloc(elements * 8)
      for (let index = 0; index < elements; index++) bytes.writeUInt32LE(0x0009 + 0x1_0000 * (0x1000 + index), index * 8)
      return bytes
    }
    const ask = (identifier: Uint8Array) => allOf(find(connection, { SOPClassUID: StudyRootFind, identifier }))
    await expect(ask(empty(20_001))).rejects.toMatchObject({ status: 0xc000 })
    expect(await ask(empty(19_000))).toHaveLength(1)
    await expect(ask(Buffer.alloc(1024 * 1024 + 8))).rejects.not.toBeInstanceOf(DimseStatusError)
  })

  test('an identifier that cannot be read is answered, not served', async () => {
    await using provider = await startProvider({ find: () => endless(AbortSignal.abort(), { made: 0 }) })
    await using connection = await connectTo(provider, [StudyRootFind])
    await expect(allOf(find(connection, { SOPClassUID: StudyRootFind, identifier: Buffer.from('no data set at all') }))).rejects.toMatchObject({ status: 0xc000 })
  })
})

describe('C-MOVE', () => {
  const report = (remaining: number, completed: number, failed = 0): SubOperations =>
    ({ remaining, completed, failed, warning: 0, ...(failed > 0 && { failedSOPInstanceUIDs: ['1.2.9'] }) })

  test.each<[string, SubOperations[], RetrieveProgress[]]>([
    ['all right', [report(1, 1), report(0, 2)], [
      { status: 0xff00, remaining: 1, completed: 1, failed: 0, warning: 0 }, { status: 0x0000, completed: 2, failed: 0, warning: 0 },
    ]],
    ['one failed', [report(0, 1, 1)], [{ status: 0xb000, completed: 1, failed: 1, warning: 0, failedSOPInstanceUIDs: ['1.2.9'] }]],
    ['more than 16 bits can say', [report(70_000, 1), report(0, 70_001)], [
      { status: 0xff00, remaining: 0xffff, completed: 1, failed: 0, warning: 0 }, { status: 0x0000, completed: 0xffff, failed: 0, warning: 0 },
    ]],
    ['nothing to send', [], [{ status: 0x0000, completed: 0, failed: 0, warning: 0 }]],
  ])('tells of progress and of the end: %s', async (_, reports, told) => {
    await using provider = await startProvider({
      async *move({ MoveDestination }) {
        expect(MoveDestination).toBe('ELSEWHERE')
        yield* reports
      },
    })
    await using connection = await connectTo(provider, [StudyRootMove])
    expect(await allOf(move(connection, { SOPClassUID: StudyRootMove, identifier: study(1), MoveDestination: 'ELSEWHERE' }))).toEqual(told)
  })

  test('when nothing could be sent, or nobody knows the destination, it fails', async () => {
    await using provider = await startProvider({
      async *move({ MoveDestination }) {
        if (MoveDestination === 'NOBODY') throw new DimseStatusError(0xa801)
        yield report(0, 0, 1)
      },
    })
    await using connection = await connectTo(provider, [StudyRootMove])
    await expect(allOf(move(connection, { SOPClassUID: StudyRootMove, identifier: study(1), MoveDestination: 'ELSEWHERE' }))).rejects.toMatchObject({ status: 0xa702 })
    await expect(allOf(move(connection, { SOPClassUID: StudyRootMove, identifier: study(1), MoveDestination: 'NOBODY' }))).rejects.toMatchObject({ status: 0xa801 })
  })

  test('a cancelled one says how much is left', async () => {
    await using provider = await startProvider({
      async *move({ signal }) {
        for (let done = 0; done < 100 && !signal.aborted; done++) {
          yield report(100 - done, done)
          await delay(5)
        }
      },
    })
    await using connection = await connectTo(provider, [StudyRootMove])
    const controller = new AbortController()
    const all: RetrieveProgress[] = []
    await expect((async () => {
      for await (const progress of move(connection, { SOPClassUID: StudyRootMove, identifier: study(1), MoveDestination: 'A', signal: controller.signal })) {
        all.push(progress)
        if (all.length === 3) controller.abort(new Error('enough'))
      }
    })()).rejects.toThrow('enough')
    expect(all).toHaveLength(3)
  })
})

describe('C-GET', () => {
  const instances = [1, 2, 3].map((number) => ({ SOPClassUID: CTImageStorage, SOPInstanceUID: `1.2.${number}`, transferSyntaxUID: ExplicitVRLittleEndian, dataSet: Buffer.alloc(200_000, number) }))
  const bothRoles = [StudyRootGet, { abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian], role: { scu: false, scp: true } }]

  test('instances come back on the same association', async () => {
    await using provider = await startProvider({
      async *get({ storeBack }) {
        let completed = 0
        let failed = 0
        for (const instance of instances) {
          const { status } = await storeBack(instance)
          if (status === 0) completed++
          else failed++
          yield { remaining: instances.length - completed - failed, completed, failed, warning: 0 }
        }
      },
    })
    await using connection = await connectTo(provider, bothRoles)
    const stored: number[] = []
    const progress = await allOf(get(connection, {
      SOPClassUID: StudyRootGet,
      identifier: study(1),
      async store({ SOPInstanceUID, dataSet }) {
        const bytes = await bytesOf(dataSet)
        expect(bytes.every((byte) => byte === Number(SOPInstanceUID.split('.').at(-1)))).toBe(true)
        stored.push(bytes.length)
        return { status: SOPInstanceUID === '1.2.2' ? 0xa700 : 0x0000 }
      },
    }))
    expect(stored).toEqual([200_000, 200_000, 200_000])
    expect(progress.at(-1)).toMatchObject({ status: 0xb000, completed: 2, failed: 1 })
    expect(provider.failures).toEqual([])
    await connection.association.release()
  })

  test('an instance of a class that the peer did not offer to take cannot be sent', async () => {
    const errors: unknown[] = []
    await using provider = await startProvider({
      async *get({ storeBack }) {
        for (const instance of instances) await storeBack(instance).catch((error: unknown) => errors.push(error))
        yield { remaining: 0, completed: 0, failed: 3, warning: 0 }
      },
    })
    await using connection = await connectTo(provider, [StudyRootGet, CTImageStorage])
    await expect(allOf(get(connection, { SOPClassUID: StudyRootGet, identifier: study(1), store: () => ({ status: 0 }) }))).rejects.toMatchObject({ status: 0xa702 })
    expect(errors.every((error) => error instanceof NoPresentationContext)).toBe(true)
  })

  test('breaking off cancels what is still to come', async () => {
    await using provider = await startProvider({
      async *get({ storeBack, signal }) {
        let completed = 0
        while (!signal.aborted) {
          await storeBack({ SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3', transferSyntaxUID: ExplicitVRLittleEndian, dataSet: Buffer.alloc(1000) })
          yield { remaining: 1000, completed: ++completed, failed: 0, warning: 0 }
        }
      },
    })
    await using connection = await connectTo(provider, bothRoles)
    let count = 0
    for await (const _progress of get(connection, { SOPClassUID: StudyRootGet, identifier: study(1), store: async ({ dataSet }) => { await bytesOf(dataSet); return { status: 0 } } })) if (++count === 3) break
    await connection.association.release()
    await until(() => provider.ends.length === 1)
    expect(provider.ends).toEqual([undefined])
  })
})
