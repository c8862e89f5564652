/** Stored instances to images, in threads of their own. */
import { CodecError, createWorkerPool, owned, type TaskOptions } from '@isocenter/codecs'
import { decodeLayout } from '@isocenter/dicom'
import type { RenderOptions } from '@isocenter/rendering'
import type { Access } from '../../identity/index.ts'
import { badRequest, unavailable } from '../../platform/problem.ts'
import { noSuchFrame, noSuchInstance, notRenderable } from '../problems.ts'
import { describedInstance, frameBytes, type InstanceSource, type RenderedInstance } from './read-instance.ts'
import type { FrameBytes, ImageTask, RenderResult, RenderTask, ReportTask } from './render-task.ts'

export interface RenderRequest {
  readonly access: Access
  readonly record: RenderedInstance
  /** counted from 1; several make an animation */
  readonly frameNumbers: readonly number[]
  readonly options: Omit<RenderOptions, 'presentationState'>
  /** Shows the frames as this presentation state says. */
  readonly presentationState?: RenderedInstance | undefined
  readonly signal: AbortSignal
}

export interface Renderer {
  /**
   * One encoded image.
   * @throws notRenderable 406, noSuchFrame or noSuchInstance 404, badRequest 400 for a viewport outside the image, unavailable 503
   */
  readonly render: (request: RenderRequest) => Promise<Uint8Array>
  /**
   * A report as a page or as text, UTF-8.
   * @throws notRenderable 406, unavailable 503
   */
  readonly report: (report: Omit<ReportTask, 'kind'>, signal: AbortSignal) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/** Bytes of all frames of an animation together: frames between are left out beyond it. */
const maxAnimationBytes = 128 * 1024 * 1024

/** Threads start with the first image. */
export function createRenderer(source: InstanceSource): Renderer {
  const pool = createWorkerPool<RenderTask, RenderResult>(new URL('render-worker.ts', import.meta.url))
  const run = async (task: RenderTask, options: Pick<TaskOptions, 'bytes' | 'transfer'>, signal: AbortSignal): Promise<Uint8Array> => {
    const result = await pool.run(task, { ...options, signal }).catch((error: unknown) => { throw problemOf(error) })
    if ('bytes' in result) return result.bytes
    throw result.refused === 'viewportOutside' ? badRequest(result.reason) : notRenderable(result.reason)
  }
  return {
    render: async (request) => {
      const task = await taskOf(source, request)
      const frames = task.frames.map((frame) => ({ ...frame, bytes: owned(frame.bytes) }))
      const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0)
      return run({ ...task, frames }, { bytes, transfer: frames.map((frame) => frame.bytes.buffer) }, request.signal)
    },
    report: (report, signal) => run({ kind: 'report', ...report }, { bytes: report.metadataText.length }, signal),
    close: pool.close,
  }
}

/** What a codec cannot do is a matter of the instance; that there is no room for the work is one of the server. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof CodecError)) return error
  if (error.code === 'overloaded' || error.code === 'closed') return unavailable('Too many images are being rendered.', {}, { 'retry-after': '2' })
  return notRenderable(error.code === 'unsupported' ? 'No codec here decodes the frames of the instance.' : 'The frames of the instance cannot be decoded.')
}

async function taskOf(source: InstanceSource, { access, record, frameNumbers, options, presentationState, signal }: RenderRequest): Promise<ImageTask> {
  const layout = decodeLayout(record.layout)
  if (!layout.frames || layout.frames.kind === 'whole') throw notRenderable('The instance has no frames that can be rendered.')
  const image = await describedInstance(source, access, record, frameNumbers, signal)
  const state = presentationState && await describedInstance(source, access, presentationState, frameNumbers, signal)
  if (!image) throw noSuchInstance('The instance has gone.')
  const frames: FrameBytes[] = []
  let step = 1
  for (let index = 0; index < frameNumbers.length; index += step) {
    const frame = await frameBytes(source.blobs, record, layout, layout.frames, frameNumbers[index] ?? 0, signal)
    if (!frame) throw noSuchFrame('The instance has no frame of this number.')
    if (index === 0) step = Math.max(1, Math.ceil((frame.bytes.length * frameNumbers.length) / maxAnimationBytes))
    frames.push(frame)
  }
  return { kind: 'image', image, frames, options: { ...options, frameStep: step }, presentationState: state, compressedWith: layout.frames.kind === 'encapsulated' ? record.transferSyntaxUID : undefined }
}
