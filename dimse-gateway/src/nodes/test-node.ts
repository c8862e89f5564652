/** Tries the line to a node step by step, so that whoever stands before it learns which step fails, and why. */
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { DimseConnection, DimseStatusError, echo, NoPresentationContext, requestAssociation, VerificationSOPClass, type Association } from '@isocenter/dimse'
import type { CloudNode, DicomNode, HttpNode, Node } from '../configuration/nodes.ts'
import { associationFailureOf, type AssociationFailure } from './association-failure.ts'
import { fixedAuthorization, type Authorization } from './authorization.ts'
import { createHttpTarget, type HttpAnswer } from './http-target.ts'
import { LineError, lineErrorCodeOf, wordsOf } from './line-error.ts'
import { tlsOptionsOf, type NodeTlsOptions, type Secrets } from './node-tls.ts'
import { dicomwebUrlOf } from './node-url.ts'

export type TestStepName = 'resolve' | 'connect' | 'tls' | 'associate' | 'echo' | 'answer' | 'authorise'

export interface TestFailure {
  /** For screens to say in words. */
  readonly reason: AssociationFailure['code']
  /** The system's or the node's own words. */
  readonly text?: string
}

/** One step; those after a failed one are not tried. */
export interface TestStep {
  readonly name: TestStepName
  readonly milliseconds: number
  readonly failure?: TestFailure
}

export interface NodeTest {
  readonly at: string
  readonly succeeded: boolean
  /** Round trip of the last step: one C-ECHO, or one HTTP request. */
  readonly latencyMs?: number
  readonly steps: TestStep[]
}

export interface NodeTestDeps {
  readonly secrets: Secrets
  readonly cloudAuthorization: (node: CloudNode) => Authorization
  readonly aeTitle: () => string
  readonly clock: () => Date
}

const stepTimeoutMs = 10_000

/** A step that failed, with what to tell of it. */
class StepFailed extends Error {
  override readonly name = 'StepFailed'
  readonly failure: TestFailure
  constructor(reason: TestFailure['reason'], text?: string) {
    super(reason)
    this.failure = { reason, ...(text !== undefined && { text }) }
  }
}

/** Tests a node. A line that fails is an answer, not an error. @throws the signal's reason */
export async function testNode(node: Node, deps: NodeTestDeps, signal: AbortSignal = AbortSignal.timeout(60_000)): Promise<NodeTest> {
  const steps: TestStep[] = []
  const step = async <T>(name: TestStepName, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const took = (): number => Math.round((performance.now() - start) * 10) / 10
    try {
      const result = await work()
      steps.push({ name, milliseconds: took() })
      return result
    } catch (error) {
      signal.throwIfAborted()
      steps.push({ name, milliseconds: took(), failure: failureOf(error) })
      throw new StepFailed('lineDown')
    }
  }
  try {
    if (node.kind === 'dicom') await testDicom(node, deps, step, signal)
    else await testHttp(node, deps, step, signal)
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
  }
  const last = steps.at(-1)
  const succeeded = last !== undefined && last.failure === undefined
  return { at: deps.clock().toISOString(), succeeded, ...(succeeded && { latencyMs: last.milliseconds }), steps }
}

type Step = <T>(name: TestStepName, work: () => Promise<T>) => Promise<T>

function failureOf(error: unknown): TestFailure {
  if (error instanceof StepFailed) return error.failure
  if (error instanceof LineError) return { reason: error.code, text: error.message }
  const failure = associationFailureOf(error)
  if (failure) return { reason: failure.code, text: failure.detail }
  return { reason: lineErrorCodeOf(error), text: wordsOf(error) }
}

async function testDicom(node: DicomNode, { secrets, aeTitle }: NodeTestDeps, step: Step, signal: AbortSignal): Promise<void> {
  await step('resolve', () => lookup(node.host))
  await step('connect', () => tryConnection((): Socket => connectTcp({ host: node.host, port: node.port }), 'connect', signal))
  const tls = node.tls && await tlsOptionsOf(node.tls, secrets)
  if (tls) await step('tls', () => tryTls(node.host, node.port, tls, signal))
  let association: Association | undefined
  try {
    const opened = await step('associate', () => requestAssociation({
      host: node.host, port: node.port, callingAETitle: node.callingAETitle ?? aeTitle(), calledAETitle: node.calledAETitle, signal, ...(tls && { tls }),
      contexts: [{ abstractSyntax: VerificationSOPClass, transferSyntaxes: ['1.2.840.10008.1.2'] }],
    }))
    association = opened
    await step('echo', () => echoOn(opened, signal))
  } finally {
    // Nothing depends on how a tested association ends.
    await association?.release().catch(() => undefined)
  }
}

async function echoOn(association: Association, signal: AbortSignal): Promise<void> {
  try {
    await echo(new DimseConnection(association), { timeoutMs: stepTimeoutMs, signal })
  } catch (error) {
    if (error instanceof DimseStatusError || error instanceof NoPresentationContext) throw new StepFailed('nodeFailing', error.message)
    throw error
  }
}

async function testHttp(node: HttpNode, { secrets, cloudAuthorization }: NodeTestDeps, step: Step, signal: AbortSignal): Promise<void> {
  // Through a proxy the way to the node itself is the proxy's affair.
  const first = new URL(node.proxy ?? node.url)
  const host = first.hostname.replace(/^\[|\]$/g, '')
  const port = Number(first.port) || (first.protocol === 'https:' ? 443 : 80)
  const tls = await tlsOptionsOf(node.tls, secrets)
  await step('resolve', () => lookup(host))
  await step('connect', () => tryConnection((): Socket => connectTcp({ host, port }), 'connect', signal))
  if (first.protocol === 'https:') await step('tls', () => tryTls(host, port, tls, signal))
  const target = createHttpTarget(node, tls, { connectMs: stepTimeoutMs, stallMs: stepTimeoutMs, answerMs: 30_000 })
  const url = new URL(`${dicomwebUrlOf(node)}/studies?limit=1`)
  const ask = (authorization?: string): Promise<HttpAnswer> =>
    target.exchange({ method: 'GET', url, signal, headers: { accept: 'application/dicom+json', ...(authorization !== undefined && { authorization }) } })
  try {
    await step('answer', async () => { assertServes(await ask()) })
    const authorization = node.kind === 'cloud' ? cloudAuthorization(node) : fixedAuthorization(node.authorization, secrets)
    await step('authorise', async () => {
      const header = await authorization.header(signal).catch((error: unknown) => { throw error instanceof LineError ? error : new StepFailed('notAuthorised', wordsOf(error)) })
      const answer = await ask(header)
      if (answer.status === 401 || answer.status === 403) throw new StepFailed('notAuthorised', `status ${String(answer.status)}`)
      assertServes(answer)
    })
  } finally {
    target.close()
  }
}

/** Any answer of a DICOMweb server will do, a refusal to search too: some only store. @throws StepFailed */
function assertServes({ status }: HttpAnswer): void {
  const text = `status ${String(status)}`
  if (status === 429 || status === 503) throw new StepFailed('nodeBusy', text)
  if (status >= 500 && status !== 501) throw new StepFailed('nodeFailing', text)
  if (status === 404 || (status >= 300 && status < 400)) throw new StepFailed('wrongAddress', text)
}

const tryTls = (host: string, port: number, tls: NodeTlsOptions, signal: AbortSignal): Promise<void> =>
  tryConnection(() => connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tls }), 'secureConnect', signal)

/** Opens a connection and closes it. @throws LineError, what the socket fails with, the signal's reason */
function tryConnection(open: () => Socket, opened: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = open()
  const abort = (): void => { reject(signal.reason as Error) }
  signal.addEventListener('abort', abort, { once: true })
  socket.once(opened, () => { resolve() })
  socket.once('error', reject)
  socket.once('close', () => { reject(new LineError('lineDown', 'the connection was closed')) })
  socket.setTimeout(stepTimeoutMs, () => { reject(new LineError('timedOut', `no connection within ${String(stepTimeoutMs / 1000)} s`)) })
  return promise.finally(() => {
    signal.removeEventListener('abort', abort)
    socket.on('error', () => undefined) // told already, or of no more interest
    socket.destroy()
  })
}
