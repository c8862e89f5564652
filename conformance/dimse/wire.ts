/** PDUs by hand (PS3.8 §9.3), for what no decent program would send. Written from the standard's tables. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { must } from '../expect.ts'
import type { Node } from './node.ts'

export const pduType = { associateRQ: 1, associateAC: 2, associateRJ: 3, data: 4, releaseRQ: 5, releaseRP: 6, abort: 7 } as const
export const verification = '1.2.840.10008.1.1'
export const implicitLittleEndian = '1.2.840.10008.1.2'
const applicationContextName = '1.2.840.10008.3.1.1.1'

export interface Pdu {
  readonly type: number
  readonly body: Buffer
}

export interface Proposal {
  readonly protocolVersion?: number
  readonly applicationContext?: string
  readonly contexts?: readonly { readonly id: number; readonly abstractSyntax: string; readonly transferSyntaxes: readonly string[] }[]
  readonly maxPduLength?: number
}

const item = (type: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  const head = Buffer.from([type, 0, 0, 0])
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

export function pdu(type: number, body: Uint8Array): Buffer {
  const head = Buffer.from([type, 0, 0, 0, 0, 0])
  head.writeUInt32BE(body.length, 2)
  return Buffer.concat([head, body])
}

/** A-ASSOCIATE-RQ (Table 9-11). */
export function associateRequest(node: Node, proposal: Proposal = {}): Buffer {
  const { protocolVersion = 1, applicationContext = applicationContextName, maxPduLength = 16_384 } = proposal
  const contexts = proposal.contexts ?? [{ id: 1, abstractSyntax: verification, transferSyntaxes: [implicitLittleEndian] }]
  const length = Buffer.alloc(4)
  length.writeUInt32BE(maxPduLength)
  return pdu(pduType.associateRQ, Buffer.concat([
    Buffer.from([0, protocolVersion, 0, 0]), Buffer.from(node.aeTitle.padEnd(16)), Buffer.from('CONFORMANCE'.padEnd(16)), Buffer.alloc(32),
    item(0x10, Buffer.from(applicationContext)),
    ...contexts.map(({ id, abstractSyntax, transferSyntaxes }) => item(0x20, Buffer.from([id, 0, 0, 0]), item(0x30, Buffer.from(abstractSyntax)), ...transferSyntaxes.map((uid) => item(0x40, Buffer.from(uid))))),
    item(0x50, item(0x51, length), item(0x52, Buffer.from('2.25.190348710382739187309817409817341'))),
  ]))
}

export const releaseRequest = pdu(pduType.releaseRQ, Buffer.alloc(4))

/** C-ECHO-RQ in one P-DATA-TF (PS3.7 §9.3.5). */
export function echoRequest(contextId: number): Buffer {
  const element = (group: number, number: number, value: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt16LE(group, 0)
    head.writeUInt16LE(number, 2)
    head.writeUInt32LE(value.length, 4)
    return Buffer.concat([head, value])
  }
  const us = (value: number) => Buffer.from([value & 0xff, value >> 8])
  const rest = Buffer.concat([element(0, 0x0002, Buffer.from(`${verification}\0`)), element(0, 0x0100, us(0x0030)), element(0, 0x0110, us(1)), element(0, 0x0800, us(0x0101))])
  const groupLength = Buffer.alloc(4)
  groupLength.writeUInt32LE(rest.length)
  const command = Buffer.concat([element(0, 0, groupLength), rest])
  const head = Buffer.alloc(6)
  head.writeUInt32BE(command.length + 2, 0)
  head.writeUInt8(contextId, 4)
  head.writeUInt8(3, 5)
  return pdu(pduType.data, Buffer.concat([head, command]))
}

/** Results of presentation contexts in an A-ASSOCIATE-AC (Table 9-18), by id. */
export function contextResults({ type, body }: Pdu): Map<number, { readonly result: number; readonly transferSyntax: string }> {
  must(type === pduType.associateAC, `PDU type ${String(type)} instead of A-ASSOCIATE-AC`)
  const results = new Map<number, { result: number; transferSyntax: string }>()
  for (let at = 68; at + 4 <= body.length;) {
    const length = body.readUInt16BE(at + 2)
    if (body[at] === 0x21) {
      const syntaxLength = body.readUInt16BE(at + 10)
      results.set(body[at + 4] ?? 0, { result: body[at + 6] ?? -1, transferSyntax: body.toString('latin1', at + 12, at + 12 + syntaxLength) })
    }
    at += 4 + length
  }
  return results
}

/** A connection that speaks PDUs, or whatever it is told to write. */
export class Line {
  readonly #socket: Socket
  #bytes: Buffer = Buffer.alloc(0)
  #isEnded = false

  private constructor(socket: Socket) {
    this.#socket = socket
    // A reset is an end like any other here.
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => { this.#bytes = Buffer.concat([this.#bytes, chunk]) })
    socket.on('close', () => { this.#isEnded = true })
  }

  static async to({ host, port }: Node): Promise<Line> {
    const socket = connect(port, host)
    await once(socket, 'connect')
    return new Line(socket)
  }

  write(...bytes: readonly Uint8Array[]): void {
    for (const one of bytes) this.#socket.write(one)
  }

  /** The next PDU; undefined when the other side closed instead. @throws Error when neither comes in time */
  async read(withinMs = 5_000): Promise<Pdu | undefined> {
    for (const end = performance.now() + withinMs; performance.now() < end;) {
      const length = this.#bytes.length < 6 ? Infinity : this.#bytes.readUInt32BE(2)
      if (this.#bytes.length >= 6 + length) {
        const read = { type: this.#bytes[0] ?? 0, body: this.#bytes.subarray(6, 6 + length) }
        this.#bytes = this.#bytes.subarray(6 + length)
        return read
      }
      if (this.#isEnded) return undefined
      await new Promise((resolve) => { setTimeout(resolve, 5) })
    }
    throw new Error(`neither an answer nor the end of the connection within ${String(withinMs / 1000)} s`)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Does something on a connection of its own. */
export async function onLine<Result>(node: Node, work: (line: Line) => Promise<Result>): Promise<Result> {
  const line = await Line.to(node)
  try {
    return await work(line)
  } finally {
    line.close()
  }
}
