import { must, same } from '../expect.ts'
import { check, type Check } from '../suite.ts'
import type { DimseContext, Node } from './node.ts'
import { run, runs } from './programs.ts'
import { associateRequest, contextResults, echoRequest, implicitLittleEndian, onLine, pdu, pduType, releaseRequest, verification, type Line, type Proposal } from './wire.ts'

const explicitLittleEndian = '1.2.840.10008.1.2.1'
const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const filmSession = '1.2.840.10008.5.1.1.1'

const echoes = ({ host, port, aeTitle }: Node, ...options: string[]) => runs('echoscu', ...options, '-aec', aeTitle, host, String(port))

async function associated(node: Node, line: Line, proposal?: Proposal): Promise<void> {
  line.write(associateRequest(node, proposal))
  const answer = await line.read()
  must(answer?.type === pduType.associateAC, `the association was answered with PDU type ${String(answer?.type)}`)
}

/** The node ends the connection: by A-ABORT (PS3.8 §9.3.8), or at once. */
async function ends(line: Line): Promise<void> {
  const answer = await line.read()
  if (answer === undefined) return
  same(answer.type, pduType.abort, 'PDU type of the answer')
}

/** PS3.8: how associations are agreed, released and broken off. */
export const associationChecks: readonly Check<DimseContext>[] = [
  check(501, 'M', 'C-ECHO is answered with success', async ({ node }) => { await echoes(node) }),
  check(502, 'M', 'an association carries many messages', async ({ node }) => { await echoes(node, '--repeat', '50') }),
  check(503, 'M', 'presentation contexts keep their ids, whatever the order', async ({ node }) => {
    await onLine(node, async (line) => {
      const transferSyntaxes = [implicitLittleEndian]
      line.write(associateRequest(node, {
        contexts: [
          { id: 253, abstractSyntax: verification, transferSyntaxes },
          { id: 7, abstractSyntax: ctImageStorage, transferSyntaxes },
          { id: 1, abstractSyntax: verification, transferSyntaxes },
        ],
      }))
      const answer = await line.read()
      must(answer, 'no answer')
      same([...contextResults(answer)].map(([id, { result }]) => [id, result]).toSorted(([a = 0], [b = 0]) => a - b), [[1, 0], [7, 0], [253, 0]], 'results by context')
      line.write(echoRequest(253))
      same((await line.read())?.type, pduType.data, 'PDU type of the answer in context 253')
    })
  }),
  check(504, 'M', 'each context is answered by itself: one not supported does not spoil the others', async ({ node }) => {
    await onLine(node, async (line) => {
      const transferSyntaxes = [implicitLittleEndian]
      line.write(associateRequest(node, {
        contexts: [
          { id: 1, abstractSyntax: filmSession, transferSyntaxes },
          { id: 3, abstractSyntax: verification, transferSyntaxes: ['1.2.3.4'] },
          { id: 5, abstractSyntax: verification, transferSyntaxes },
        ],
      }))
      const answer = await line.read()
      must(answer, 'no answer')
      same([...contextResults(answer)].map(([id, { result }]) => [id, result]), [[1, 3], [3, 4], [5, 0]], 'results by context')
    })
  }),
  check(505, 'M', 'one transfer syntax is chosen, among those proposed', async ({ node }) => {
    await onLine(node, async (line) => {
      line.write(associateRequest(node, { contexts: [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: ['1.2.3.4', explicitLittleEndian, implicitLittleEndian] }] }))
      const answer = await line.read()
      must(answer, 'no answer')
      const { result, transferSyntax = '' } = contextResults(answer).get(1) ?? {}
      same(result, 0, 'result')
      must([explicitLittleEndian, implicitLittleEndian, '1.2.3.4'].includes(transferSyntax), `${transferSyntax} was not proposed`)
    })
  }),
  check(506, 'M', 'another application context is rejected', async ({ node }) => {
    await onLine(node, async (line) => {
      line.write(associateRequest(node, { applicationContext: '1.2.3.4.5' }))
      const answer = await line.read()
      same([answer?.type, answer?.body[2], answer?.body[3]], [pduType.associateRJ, 1, 2], 'type, source and reason')
    })
  }),
  check(507, 'M', 'another protocol version is rejected', async ({ node }) => {
    await onLine(node, async (line) => {
      line.write(associateRequest(node, { protocolVersion: 2 }))
      const answer = await line.read()
      same([answer?.type, answer?.body[2], answer?.body[3]], [pduType.associateRJ, 2, 2], 'type, source and reason')
    })
  }),
  check(508, 'M', 'A-RELEASE-RQ is answered with A-RELEASE-RP', async ({ node }) => {
    await onLine(node, async (line) => {
      await associated(node, line)
      line.write(releaseRequest)
      same((await line.read())?.type, pduType.releaseRP, 'PDU type of the answer')
    })
  }),
  check(509, 'M', 'a request and a release in one write: first the response, then the release', async ({ node }) => {
    await onLine(node, async (line) => {
      await associated(node, line)
      line.write(Buffer.concat([echoRequest(1), releaseRequest]))
      same([(await line.read())?.type, (await line.read())?.type], [pduType.data, pduType.releaseRP], 'PDU types of the answers')
    })
  }),
  check(510, 'M', 'a PDU type that is none is answered with A-ABORT', async ({ node }) => {
    await onLine(node, async (line) => {
      await associated(node, line)
      line.write(pdu(42, Buffer.alloc(4)))
      same((await line.read())?.type, pduType.abort, 'PDU type of the answer')
    })
  }),
  check(511, 'M', 'a second A-ASSOCIATE-RQ is answered with A-ABORT', async ({ node }) => {
    await onLine(node, async (line) => {
      await associated(node, line)
      line.write(associateRequest(node))
      same((await line.read())?.type, pduType.abort, 'PDU type of the answer')
    })
  }),
  check(512, 'M', 'data before an association ends the connection', ({ node }) => onLine(node, async (line) => {
    line.write(echoRequest(1))
    await ends(line)
  })),
  check(513, 'M', 'data in a context that was not accepted ends the association', ({ node }) => onLine(node, async (line) => {
    await associated(node, line)
    line.write(echoRequest(99))
    await ends(line)
  })),
  check(514, 'C', 'what is no DICOM at all is cut off, and harms nobody else', async ({ node }) => {
    await onLine(node, async (line) => {
      line.write(Buffer.from('GET / HTTP/1.1\r\nHost: node\r\n\r\n'))
      await ends(line)
    })
    await echoes(node)
  }),
  check(515, 'C', 'an association aborted by its requestor leaves the next one alone', async ({ node }) => {
    await run('echoscu', '--abort', '-aec', node.aeTitle, node.host, String(node.port))
    await echoes(node)
  }),
  check(516, 'M', 'a requestor that takes PDUs of 4 KiB is sent none longer', async ({ node }) => {
    await onLine(node, async (line) => {
      await associated(node, line, { maxPduLength: 4096 })
      for (let times = 0; times < 3; times++) {
        line.write(echoRequest(1))
        const answer = await line.read()
        must(answer?.type === pduType.data && answer.body.length <= 4096, 'an answer that is longer, or none')
      }
    })
  }),
]
