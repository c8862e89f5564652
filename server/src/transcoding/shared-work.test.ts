import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createSharedWork } from './shared-work.ts'

/** Work that ends when it is told to, and says when it was begun and cancelled. */
function someWork() {
  const begun: string[] = []
  const cancelled: string[] = []
  let end: (result: string) => void = () => {}
  const work = (name: string) => (signal: AbortSignal) => {
    begun.push(name)
    return new Promise<string>((resolve, reject) => {
      end = resolve
      signal.addEventListener('abort', () => { cancelled.push(name); reject(new Error('cancelled')) })
    })
  }
  return { begun, cancelled, work, end: (result: string) => { end(result) } }
}

test('what several ask for at once is done once, and all get it', async () => {
  const { begun, work, end } = someWork()
  const shared = createSharedWork<string>()
  const answers = [1, 2, 3].map((asker) => shared.share('frame 1', new AbortController().signal, work(`asker ${asker}`)))
  end('pixels')
  expect(await Promise.all(answers)).toEqual(['pixels', 'pixels', 'pixels'])
  expect(begun).toEqual(['asker 1'])
})

test('one asker that goes does not take it from the others', async () => {
  const { cancelled, work, end } = someWork()
  const shared = createSharedWork<string>()
  const going = new AbortController()
  const gone = shared.share('frame 1', going.signal, work('a'))
  const waiting = shared.share('frame 1', new AbortController().signal, work('b'))
  going.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  end('pixels')
  expect(await waiting).toBe('pixels')
  expect(cancelled).toEqual([])
})

test('when all have gone it is cancelled, and who asks then begins anew', async () => {
  const { begun, cancelled, work, end } = someWork()
  const shared = createSharedWork<string>()
  const going = new AbortController()
  const gone = shared.share('frame 1', going.signal, work('first'))
  going.abort(new Error('gone'))
  const second = shared.share('frame 1', new AbortController().signal, work('second'))
  await expect(gone).rejects.toThrow('gone')
  end('pixels')
  expect(await second).toBe('pixels')
  expect([begun, cancelled]).toEqual([['first', 'second'], ['first']])
})

test('a failure is told to all and not remembered', async () => {
  const shared = createSharedWork<string>()
  const { signal } = new AbortController()
  const answers = [1, 2].map(() => shared.share('frame 1', signal, async () => { await setTimeout(1); throw new Error('broken') }))
  for (const answer of answers) await expect(answer).rejects.toThrow('broken')
  expect(await shared.share('frame 1', signal, () => Promise.resolve('pixels'))).toBe('pixels')
})
