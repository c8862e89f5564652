import { describe, expect, test } from 'vitest'
import type { DataPiece } from '../upper-layer/association.ts'
import { IncomingDataSet } from './incoming-data-set.ts'

/** A data set in context 1 whose fragments are those given; a number is a fragment of so many bytes. */
function dataSetOf(fragments: readonly (number | Partial<DataPiece> | undefined)[]): { readonly dataSet: IncomingDataSet; readonly left: () => number } {
  const left = fragments.map((given, index): DataPiece | undefined => {
    const whole = { contextId: 1, kind: 'dataSet' as const, last: index === fragments.length - 1 }
    if (given === undefined) return undefined
    return typeof given === 'number' ? { ...whole, bytes: new Uint8Array(given) } : { ...whole, bytes: new Uint8Array(4), ...given }
  })
  const receive = (): Promise<DataPiece | undefined> => Promise.resolve(left.shift())
  return { dataSet: new IncomingDataSet({ receive }, 1), left: () => left.length }
}

async function lengthsOf(dataSet: AsyncIterable<Uint8Array>): Promise<number[]> {
  const lengths: number[] = []
  for await (const { length } of dataSet) lengths.push(length)
  return lengths
}

describe('the data set of a message', () => {
  test.each([
    [[10, 20], [10, 20]], [[10, 0], [10]], [[0, 0, 5, 0], [5]], [[0], []],
  ])('of fragments of %j bytes comes in pieces of %j', async (fragments, pieces) => {
    const { dataSet } = dataSetOf(fragments)
    expect(await lengthsOf(dataSet)).toEqual(pieces)
    await dataSet.drained
  })

  test('reads nothing before it is asked', async () => {
    const { dataSet, left } = dataSetOf([1, 2, 3])
    await dataSet[Symbol.asyncIterator]().next()
    expect(left()).toBe(2)
  })

  test('is read once; what is left is discarded', async () => {
    const { dataSet, left } = dataSetOf([1, 2, 3])
    for await (const _piece of dataSet) break
    await expect(lengthsOf(dataSet)).rejects.toThrow('only once')
    expect(left()).toBe(2)
    await dataSet.discard()
    expect(left()).toBe(0)
  })

  test('gives pieces asked for at the same time in order, and waits for them before it discards', async () => {
    const { dataSet } = dataSetOf([1, 2, 3])
    const reading = dataSet[Symbol.asyncIterator]()
    const [first, second] = await Promise.all([reading.next(), reading.next(), dataSet.discard()])
    expect(first.value?.length).toBe(1)
    expect(second.done).toBe(true)
  })

  test.each([
    ['a command', { kind: 'command' as const }, 'unexpectedFragment'],
    ['another context', { contextId: 3 }, 'unexpectedFragment'],
    ['a release', undefined, 'ended'],
  ])('is not whole when %s interrupts it, however often it is asked', async (_, interruption, code) => {
    const { dataSet } = dataSetOf([1, interruption, 3])
    await expect(lengthsOf(dataSet)).rejects.toMatchObject({ code })
    await expect(dataSet.discard()).rejects.toMatchObject({ code })
    await dataSet.drained
  })
})
