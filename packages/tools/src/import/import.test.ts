import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { anInstance, aStudy, bytesOf, hasProgram, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

let server: ServerProcess
let token: string
let folder: string
let state: string
beforeAll(async () => {
  server = await startServerProcess((await testDatabase()).url)
  token = await server.token()
})
afterAll(() => server.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-import-'))
  state = join(folder, 'state')
  return () => rm(folder, { recursive: true, force: true })
})

interface Ran { readonly code: number; readonly stdout: string; readonly stderr: string }

async function importing(...args: string[]): Promise<Ran> {
  const env = { ...process.env, XDG_STATE_HOME: state, ISOCENTER_URL: server.url, ISOCENTER_TOKEN: token }
  try {
    return { code: 0, ...await promisify(execFile)(process.execPath, [program, ...args], { env }) }
  } catch (error) {
    return error as Ran
  }
}

/** Writes a study of `count` instances below the folder, and returns its StudyInstanceUID. */
async function writeStudy(into: string, count: number): Promise<string> {
  const { StudyInstanceUID, instances } = aStudy({ instances: count })
  await mkdir(into, { recursive: true })
  for (const [index, instance] of instances.entries()) await writeFile(join(into, `IM${String(index).padStart(4, '0')}`), bytesOf(instance))
  return StudyInstanceUID
}

async function storedInstances(StudyInstanceUID: string): Promise<unknown> {
  const answer = await fetch(`${server.url}/studies?StudyInstanceUID=${StudyInstanceUID}`, { headers: { Authorization: `Bearer ${token}` } })
  const [study] = await answer.json() as Record<string, { Value?: unknown[] }>[]
  return study?.['00201208']?.Value?.[0]
}

test('a tree of files arrives whole, and what is no DICOM is named with the reason', async () => {
  const uid = await writeStudy(join(folder, 'in', 'deep', 'er'), 30)
  await writeFile(join(folder, 'in', 'notes.txt'), 'bring the x-rays on Monday')
  await writeFile(join(folder, 'in', 'empty'), '')
  const ran = await importing(join(folder, 'in'))
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain('30 instances stored')
  expect(ran.stdout).toMatch(/is not DICOM \(1\)\n.*notes\.txt/)
  expect(ran.stdout).toMatch(/is empty \(1\)/)
  expect(await storedInstances(uid)).toBe(30)
})

test('what the server refuses is named file by file, the rest of its request is stored', async () => {
  const uid = await writeStudy(join(folder, 'in'), 5)
  await writeFile(join(folder, 'in', 'IM0002b'), bytesOf(anInstance({ StudyInstanceUID: undefined })))
  const cut = await readFile(join(folder, 'in', 'IM0000'))
  await writeFile(join(folder, 'in', 'IM0004c'), cut.subarray(0, 200))
  const report = join(folder, 'report.csv')
  const ran = await importing(join(folder, 'in'), '--report', report)
  expect(ran.code).toBe(1)
  expect(ran.stdout).toContain('2 refused by the server')
  expect(await readFile(report, 'utf8')).toMatch(/IM0002b",refused,"a UID that identifies it/)
  expect(await readFile(report, 'utf8')).toMatch(/IM0004c",refused,"cannot be read as DICOM"/)
  expect(await storedInstances(uid)).toBe(5)
})

test('an interrupted run goes on where it stopped', async () => {
  const uid = await writeStudy(join(folder, 'in'), 120)
  const env = { ...process.env, XDG_STATE_HOME: state, ISOCENTER_TOKEN: token }
  // A server that takes two requests and then hangs, standing before the real one.
  const { proxy, url } = await hangingAfter(2)
  const first = spawn(process.execPath, [program, '--url', url, '--parallel', '1', '--batch', '10', join(folder, 'in')], { env: { ...env, ISOCENTER_URL: '' }, stdio: 'ignore' })
  await once(proxy, 'hanging')
  first.kill('SIGKILL')
  await once(first, 'exit')
  proxy.closeAllConnections()
  proxy.close()
  expect(await storedInstances(uid)).toBe(20)

  // The journal belongs to the address; the second run meets the real server there.
  const { proxy: open } = await hangingAfter(Number.POSITIVE_INFINITY, Number(new URL(url).port))
  const second = await promisify(execFile)(process.execPath, [program, '--url', url, join(folder, 'in')], { env })
  open.closeAllConnections()
  open.close()
  expect(second.stderr).toContain('20 files are done already')
  expect(second.stdout).toContain('100 instances stored')
  expect(await storedInstances(uid)).toBe(120)
})

test('a token that is not accepted ends the run with its reason', async () => {
  await writeStudy(join(folder, 'in'), 1)
  const ran = await importing('--token', 'nonsense', join(folder, 'in'))
  expect(ran.code).toBe(3)
  expect(ran.stderr).toContain('does not accept the token')
})

test('a path that does not exist is named', async () => {
  expect((await importing(join(folder, 'nowhere'))).stdout).toMatch(/does not exist \(1\)\n.*nowhere/)
})

describe.skipIf(!hasProgram('zip'))('zip files', () => {
  test('are looked into', async () => {
    const uid = await writeStudy(join(folder, 'in'), 12)
    await promisify(execFile)('zip', ['-qr', join(folder, 'study.zip'), 'in'], { cwd: folder })
    const ran = await importing(join(folder, 'study.zip'))
    expect(ran.stdout).toContain('12 instances stored')
    expect(await storedInstances(uid)).toBe(12)
  })

  test('with a damaged entry give all the others', async () => {
    const uid = await writeStudy(join(folder, 'in'), 6)
    await promisify(execFile)('zip', ['-qr', join(folder, 'study.zip'), 'in'], { cwd: folder })
    const bytes = await readFile(join(folder, 'study.zip'))
    const at = bytes.indexOf('in/IM0003')
    // Behind its name and extra fields, the beginning of its deflate stream: a block type there is none of.
    bytes[at + 'in/IM0003'.length + bytes.readUInt16LE(at - 2)] = 0xff
    await writeFile(join(folder, 'study.zip'), bytes)
    const ran = await importing(join(folder, 'study.zip'))
    expect(ran.stdout).toContain('5 instances stored')
    expect(ran.stdout).toMatch(/cannot be read.*\(1\)\n.*IM0003/)
    expect(await storedInstances(uid)).toBe(5)
  })

  test('that are none are named', async () => {
    await writeFile(join(folder, 'broken.zip'), 'PK but no more')
    expect((await importing(join(folder, 'broken.zip'))).stdout).toContain('is no zip file that can be read')
  })
})

/** Passes `requests` requests on to the server, then says `hanging` and answers no more. */
async function hangingAfter(requests: number, port = 0): Promise<{ proxy: Server; url: string }> {
  let passed = 0
  const proxy: Server = createServer((request, response) => {
    if (passed++ >= requests) { proxy.emit('hanging'); return }
    const pass = async () => {
      const answer = await fetch(`${server.url}/studies`, {
        method: 'POST', body: Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)),
        headers: { authorization: request.headers.authorization ?? '', 'content-type': request.headers['content-type'] ?? '' },
      })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text())
    }
    pass().catch(() => { response.destroy() })
  })
  proxy.listen(port, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  return { proxy, url: `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : port)}/dicom-web` }
}
