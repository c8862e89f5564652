/** Sends what fuzzRequests makes and looks at what comes back. */
import { connect } from 'node:net'
import { fuzzRequests, type FuzzRequest } from './requests.fixture.ts'

export interface FuzzReport {
  readonly seed: number
  readonly sent: number
  /** How often each status was answered; `closed` where the server hung up, as it may on what is no HTTP. */
  readonly answers: Readonly<Record<string, number>>
  /** What should not be, at most twenty. */
  readonly wrong: readonly string[]
}

/** No answer and no end within this time is a hang: far more than a search or an image may take. */
const hangMs = 30_000
const patienceMs = 2_000

/** Sends for `seconds` over `connections` at a time to the server whose DICOMweb services are at `url`. */
export async function fuzz(url: string, authorization: string, { seed, seconds, connections = 4 }: { seed: number; seconds: number; connections?: number }): Promise<FuzzReport> {
  const { hostname, port } = new URL(url)
  const requests = fuzzRequests(seed, authorization)
  const answers: Record<string, number> = {}
  const wrong: string[] = []
  const until = Date.now() + seconds * 1000
  let sent = 0
  const work = async () => {
    while (Date.now() < until && wrong.length < 20) {
      const number = sent++
      const request = requests.next().value as FuzzRequest
      const answer = await ask({ host: hostname, port: Number(port) }, request.bytes)
      answers[answer] = (answers[answer] ?? 0) + 1
      if (answer === 'hang' || answer === 'refused' || (/^5/.test(answer) && answer !== '503')) wrong.push(`request ${String(number)} of seed ${String(seed)}, ${request.what}: ${answer}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  return { seed, sent, answers, wrong }
}

/** The status as text, or `closed`, `hang` or `refused`. */
function ask(address: { host: string; port: number }, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(address)
    let status: string | undefined
    let isConnected = false
    const end = (outcome: string) => {
      clearTimeout(timer)
      clearTimeout(patience)
      socket.destroy()
      resolve(outcome)
    }
    const timer = setTimeout(() => { end('hang') }, hangMs)
    socket.on('connect', () => {
      isConnected = true
      socket.write(bytes)
    })
    // Where the mutation promises more than comes, the server waits for it; then it must notice that nothing will.
    const patience = setTimeout(() => { socket.end() }, patienceMs)
    socket.on('data', (chunk: Buffer) => { status ??= /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1', 0, 16))?.[1] })
    // A server may answer before it has read everything, and hang up: that is an answer.
    socket.on('error', () => { if (!isConnected) end('refused') })
    socket.on('close', () => { end(status ?? 'closed') })
  })
}
