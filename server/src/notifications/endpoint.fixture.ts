/** A real endpoint on this machine that is posted to: a push service, or a program of an organisation. */
import { createServer } from 'node:http'

export interface Posted {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface Endpoint {
  readonly origin: string
  readonly posted: Posted[]
  /** What it answers from now on. */
  answer: number
  readonly close: () => Promise<void>
}

export async function anEndpoint(): Promise<Endpoint> {
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      posted.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(endpoint.answer).end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  const endpoint: Endpoint = {
    origin: `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`, posted, answer: 201,
    close: () => new Promise((resolve) => { server.close(() => { resolve() }) }),
  }
  return endpoint
}
