/** Another client, in a thread of its own so that what the test itself does costs it nothing: it looks at the study list all the while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

export interface Latencies {
  readonly count: number
  readonly failures: number
  readonly p50Ms: number
  readonly p95Ms: number
}

interface Target { readonly url: string; readonly authorization: string }

/** Searches again and again until `stop`, which tells how long that took. */
export function watchSearches(target: Target): { stop: () => Promise<Latencies> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: target })
  const told = new Promise<Latencies>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    stop: () => {
      worker.postMessage('stop')
      return told
    },
  }
}

export const inWords = ({ count, failures, p50Ms, p95Ms }: Latencies): string =>
  `${String(count)} searches beside it, ${String(failures)} failed, p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`

async function search({ url, authorization }: Target): Promise<number> {
  try {
    const response = await fetch(`${url}/studies?limit=25&includefield=00081030`, { headers: { authorization, accept: 'application/dicom+json' } })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    // The server is gone or hangs up: a failure like any other answer but 200.
    if (error instanceof TypeError) return 0
    throw error
  }
}

async function watch(target: Target): Promise<Latencies> {
  let isStopped = false
  parentPort?.once('message', () => { isStopped = true })
  const times: number[] = []
  let failures = 0
  while (!isStopped) {
    const began = performance.now()
    const status = await search(target)
    times.push(performance.now() - began)
    if (status !== 200) failures++
    await sleep(20)
  }
  const sorted = times.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, failures, p50Ms: at(0.5), p95Ms: at(0.95) }
}

if (!isMainThread) parentPort?.postMessage(await watch(workerData as Target))
