/** A thread that decodes frames and renders them, and makes pages of reports. */
import { answerTasks, decodeFrame, owned } from '@isocenter/codecs'
import type { DicomJson, DicomJsonAttribute } from '@isocenter/dicom'
import { NotRenderable, pixelFormatOf, renderImage, reportContent, reportHtml, reportText, ViewportOutside, type FrameSource } from '@isocenter/rendering'
import type { Described, FrameBytes, ImageTask, RenderResult, RenderTask, ReportTask } from './render-task.ts'

answerTasks<RenderTask, RenderResult>(async (task) => {
  try {
    const bytes = owned(task.kind === 'image' ? await imageOf(task) : Buffer.from(reportOf(task), 'utf8'))
    return { result: { bytes }, transfer: [bytes.buffer] }
  } catch (error) {
    if (error instanceof NotRenderable) return { result: { refused: 'notRenderable', reason: error.message }, transfer: [] }
    if (error instanceof ViewportOutside) return { result: { refused: 'viewportOutside', reason: error.message }, transfer: [] }
    throw error
  }
})

async function imageOf(task: ImageTask): Promise<Uint8Array> {
  const metadata = dataSetOf(task.image)
  const frames: FrameSource[] = []
  for (const frame of task.frames) frames.push(await frameSource(metadata, frame, task.compressedWith))
  return renderImage(frames, { ...task.options, presentationState: task.presentationState && dataSetOf(task.presentationState) })
}

async function frameSource(metadata: DicomJson, { frameNumber, bytes }: FrameBytes, compressedWith: string | undefined): Promise<FrameSource> {
  if (compressedWith === undefined) return { metadata, frameNumber, pixels: bytes }
  const { pixels, format } = await decodeFrame(bytes, compressedWith, pixelFormatOf(metadata))
  return { metadata, frameNumber, pixels, decoded: format }
}

function dataSetOf({ metadataText, values }: Described): DicomJson {
  const metadata = JSON.parse(metadataText) as DicomJson
  for (const { path, vr, bytes } of values) put(metadata, path.split('.'), { vr, InlineBinary: Buffer.from(bytes).toString('base64') })
  return metadata
}

/** Puts an attribute where its path leads; a path that leads nowhere is left alone. */
function put(dataSet: DicomJson, [key = '', itemNumber, ...rest]: string[], attribute: DicomJsonAttribute): void {
  if (itemNumber === undefined) {
    dataSet[key] = attribute
    return
  }
  const item = dataSet[key]?.Value?.[Number(itemNumber) - 1]
  if (typeof item === 'object' && item !== null) put(item as DicomJson, rest, attribute)
}

function reportOf({ metadataText, mediaType, service }: ReportTask): string {
  const content = reportContent(JSON.parse(metadataText) as DicomJson)
  if (!content) throw new NotRenderable('The instance has no content tree.')
  if (mediaType === 'text/plain') return reportText(content)
  const page = reportHtml(content, ({ at, SOPInstanceUID }) =>
    at && `${service}/studies/${encodeURIComponent(at.StudyInstanceUID)}/series/${encodeURIComponent(at.SeriesInstanceUID)}/instances/${encodeURIComponent(SOPInstanceUID)}/rendered`)
  // As XML it is XHTML, which has no document type.
  return mediaType === 'text/html' ? page : page.replace('<!DOCTYPE html>', '<?xml version="1.0" encoding="UTF-8"?>')
}
