import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Something a test file borrows: its name or address, and what gives it back. */
export interface Lease {
  readonly value: string
  readonly release: () => Promise<void>
}

/** A thing that runs once for all test files, started by whoever needs it first. */
export interface SharedService {
  readonly lease: () => Promise<Lease>
  readonly close: () => Promise<void>
}

/**
 * Serves leases to the processes of the test run on a Unix socket.
 *
 * A lease lasts as long as its connection, so what a crashed test process borrowed is given back as well; and what no
 * test asks for is never started.
 */
export async function serveLeases(services: Readonly<Record<string, SharedService>>): Promise<{ path: string; close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'isocenter-tests-'))
  const path = join(directory, 'leases')
  const open = new Set<Promise<void>>()
  const server = createServer((socket) => {
    const serving = serve(socket, services).finally(() => open.delete(serving))
    open.add(serving)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    path,
    close: async () => {
      server.close()
      await Promise.all(open)
      await Promise.all(Object.values(services).map((service) => service.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

type Answer = { value: string } | { error: string } | { released: true }

async function serve(socket: Socket, services: Readonly<Record<string, SharedService>>): Promise<void> {
  const answer = (message: Answer) => socket.write(`${JSON.stringify(message)}\n`)
  socket.on('error', () => socket.destroy())
  const lines = createInterface(socket)[Symbol.asyncIterator]()
  const asked = await lines.next()
  const service = services[String(asked.value)]
  if (!service) {
    answer({ error: `No shared service is called ${String(asked.value)}.` })
    return
  }
  try {
    const { value, release } = await service.lease()
    answer({ value })
    await lines.next()
    await release()
    answer({ released: true })
  } catch (error) {
    answer({ error: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) })
  } finally {
    socket.end()
  }
}

/**
 * Borrows from the service called `name` of the run whose socket is at `path`.
 * @throws Error with the service's own reason when it cannot be started
 */
export async function lease(path: string, name: string): Promise<Lease> {
  const socket = connect(path)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  // A test file may end without giving back; the open connection must not keep its process alive.
  const lines = createInterface(socket)[Symbol.asyncIterator]()
  socket.write(`${name}\n`)
  const answer = await next(lines)
  if (!('value' in answer)) throw new Error('error' in answer ? answer.error : `The shared service ${name} gave nothing.`)
  socket.unref()
  return {
    value: answer.value,
    release: async () => {
      if (socket.destroyed) return
      socket.ref()
      socket.write('release\n')
      const released = await next(lines)
      socket.destroy()
      if ('error' in released) throw new Error(released.error)
    },
  }
}

async function next(lines: AsyncIterator<string>): Promise<Answer> {
  const line = await lines.next()
  if (line.done) throw new Error('The shared services of this test run have ended.')
  return JSON.parse(line.value) as Answer
}
