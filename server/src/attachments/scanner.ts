/** Malware scanning by a program beside us, spoken to as clamd is: INSTREAM of its protocol. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { scannerUnavailable } from './problems.ts'

/** Looks at one file as it comes. Exactly one of `verdict` and `abort` ends it. */
export interface Scan {
  /** @throws scannerUnavailable 503 */
  readonly take: (bytes: Uint8Array) => Promise<void>
  /** The name of what was found; undefined where nothing was. @throws scannerUnavailable 503 */
  readonly verdict: () => Promise<string | undefined>
  readonly abort: () => void
}

export interface Scanner {
  /** @throws scannerUnavailable 503 */
  readonly begin: () => Promise<Scan>
}

/** Longest the scanner may say nothing when it is its turn. */
const patienceMs = 60_000
const connectMs = 5_000
/** A verdict is a line. */
const mostAnswered = 4_096

/** @param address `tcp://host:port` or `unix:/path` */
export function createClamdScanner(address: string): Scanner {
  const target = address.startsWith('unix:') ? { path: address.slice('unix:'.length) } : { host: new URL(address).hostname, port: Number(new URL(address).port) }
  return {
    begin: async () => {
      const socket = connect(target)
      const answer = collected(socket)
      try {
        await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
      } catch {
        socket.destroy()
        throw scannerUnavailable('Attachments are scanned for malware here, and the scanner does not answer. Nothing was kept; try again later.')
      }
      socket.write('zINSTREAM\0')
      return scanOver(socket, answer)
    },
  }
}

function scanOver(socket: Socket, answer: Promise<string>): Scan {
  // What the scanner said before it hung up says more than that it hung up.
  const lost = async (): Promise<never> => {
    const said = await answer
    throw scannerUnavailable(said.includes('size limit') ? 'The malware scanner takes no file as large as this one.' : 'The malware scanner broke off. Nothing was kept; try again later.')
  }
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (!socket.writable) return lost()
    if (socket.write(bytes)) return
    await Promise.race([once(socket, 'drain', { signal: AbortSignal.timeout(patienceMs) }).catch(lost), answer.then(lost)])
  }
  return {
    take: async (bytes) => {
      if (bytes.length === 0) return
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      await send(length)
      await send(bytes)
    },
    verdict: async () => {
      await send(Buffer.alloc(4))
      const said = (await answer).replace(/\0/g, '').trim()
      socket.destroy()
      if (said.endsWith(' OK')) return undefined
      const found = /^stream: (.+) FOUND$/.exec(said)?.[1]
      if (found !== undefined) return found
      return lost()
    },
    abort: () => { socket.destroy() },
  }
}

/** All a peer says until it ends, hangs up or has been silent for too long; never rejects. */
function collected(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const done = () => { resolve(said) }
    socket.setEncoding('latin1')
    socket.setTimeout(patienceMs, () => { socket.destroy() })
    socket.on('data', (text: string) => {
      said += text
      if (said.includes('\0') || said.length > mostAnswered) done()
    })
    socket.on('end', done)
    socket.on('error', done)
    socket.on('close', done)
  })
}
