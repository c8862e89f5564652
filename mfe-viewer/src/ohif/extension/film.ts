/**
 * Images collected for films (VIEW-07): F6 takes the image that is looked at, as it is seen; F7 its series, whole, with the window, inversion, rotation and flip of that image;
 * buttons do the same.
 */
import { button, hosted, tag } from './element.ts'
import { viewOf } from './film-view.ts'
import type { Managers, Services } from './ohif.ts'
import { shownImage } from './shown-image.ts'
import { shareLinkOf } from '../root.ts'
import { say, type Word } from '../words.ts'

const organisationId = (): string => new URLSearchParams(location.search).get('o') ?? ''

/** Whether films may be collected here: never by a visitor of a share link; the server has the last word. */
let mayCollect = false
const listeners = new Set<() => void>()

/** Asks once what who is signed in may do in this organisation. */
export async function learnWhetherFilmsMayBeCollected(): Promise<void> {
  if (shareLinkOf(location.search) !== undefined) return
  const answer = await fetch('/api/account/memberships', { headers: { accept: 'application/json' } })
  if (!answer.ok) return
  const { items } = await answer.json() as { readonly items: readonly { readonly organisation: { readonly organisationId: string }; readonly permissions: readonly string[] }[] }
  mayCollect = items.some(({ organisation, permissions }) => organisation.organisationId === organisationId() && permissions.includes('study.print_film'))
  for (const listener of listeners) listener()
}

export interface Window { readonly center: number; readonly width: number }

/**
 * The range a viewport maps to its greys as Window Center and Width of the function LINEAR (PS3.3 §C.11.2.1.2). Undefined where it says nothing of stored values:
 * for colours, and for positron emission, which the viewer scales to uptake values.
 */
export function windowOf(range: { readonly lower: number; readonly upper: number } | undefined, instance: Readonly<Record<string, unknown>> | undefined): Window | undefined {
  const { Modality, PhotometricInterpretation } = instance ?? {}
  if (range === undefined || Modality === 'PT' || typeof PhotometricInterpretation !== 'string' || !PhotometricInterpretation.startsWith('MONOCHROME')) return undefined
  const width = range.upper - range.lower + 1
  return width >= 1 && Number.isFinite(width) ? { center: (range.lower + range.upper + 1) / 2, width } : undefined
}

/** The words of a refusal, by the last part of the problem's type. */
const refusals: Readonly<Record<string, Word>> = { 'film-basket-full': 'filmFull', 'no-such-film-item': 'filmKept', 'forbidden': 'filmNotAllowed' }

async function collect(addition: object): Promise<{ readonly type: 'success' | 'info' | 'error'; readonly message: string }> {
  const failed = (word: Word) => ({ type: 'error' as const, message: say(word) })
  try {
    const answer = await fetch('/api/film/basket', { method: 'POST', headers: { 'accept': 'application/json', 'content-type': 'application/json', 'x-organisation': organisationId() }, body: JSON.stringify(addition) })
    const body = await answer.json() as { readonly added?: number; readonly items?: number; readonly type?: string }
    if (!answer.ok) return failed(refusals[body.type?.replace(/^.*\//, '') ?? ''] ?? 'filmFailed')
    const { added = 0, items = 0 } = body
    return added === 0 ? { type: 'info', message: `${say('filmThere')} (${String(items)})` } : { type: 'success', message: `${say('filmAdded')} ${String(added)} (${String(items)})` }
  } catch {
    // The line is broken, or what answers is no server of ours.
    return failed('filmFailed')
  }
}

/** What of the active pane is to be collected; undefined where it shows no image. */
function additionOf(services: Services, what: 'image' | 'series'): object | undefined {
  const viewportId = services.viewportGridService.getActiveViewportId()
  const image = shownImage(services)
  if (image === undefined) {
    if (what === 'image' || viewportId === null) return undefined
    // A pane of a volume shows no single image, but one series.
    const [uid] = services.viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? []
    const { StudyInstanceUID, SeriesInstanceUID } = (uid === undefined ? undefined : services.displaySetService.getDisplaySetByUID(uid)) ?? {}
    return SeriesInstanceUID === undefined ? undefined : { series: { StudyInstanceUID, SeriesInstanceUID } }
  }
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frameNumber } = image
  const viewport = viewportId === null ? undefined : services.cornerstoneViewportService.getCornerstoneViewport(viewportId)
  const imageId = viewport?.getCurrentImageId?.()
  const instance = imageId === undefined ? undefined : globalThis.window.cornerstone?.metaData.get('instance', imageId)
  const window = windowOf(image.window, instance)
  const view = viewport && viewOf(viewport, instance)
  if (what === 'image') return { images: [{ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame: frameNumber, ...(window && { window }), ...(view && { view }) }] }
  const { area: _ofThisImage, ...whole } = view ?? {}
  return { series: { StudyInstanceUID, SeriesInstanceUID, ...(window && { window }), ...(Object.keys(whole).length > 0 && { view: whole }) } }
}

const collectShown = (services: Services, what: 'image' | 'series') => async (): Promise<void> => {
  const { uiNotificationService } = services
  const show = (type: 'success' | 'info' | 'warning' | 'error', message: string) => { uiNotificationService.show({ title: say('film'), message, type, duration: 4_000 }) }
  if (!mayCollect) {
    show('warning', say('filmNotAllowed'))
    return
  }
  const addition = additionOf(services, what)
  if (addition === undefined) {
    show('warning', say('noImageToMark'))
    return
  }
  const viewportId = services.viewportGridService.getActiveViewportId()
  const hasSegments = viewportId !== null && services.segmentationService.getSegmentationRepresentations(viewportId).some(({ visible }) => visible !== false)
  const { type, message } = await collect(addition)
  show(type, type === 'error' || !hasSegments ? message : `${message} · ${say('filmWithoutSegments')}`)
}

/** None for visitors of share links. */
export const filmCommands = (services: Services) => (shareLinkOf(location.search) === undefined ? { isocenterFilmImage: collectShown(services, 'image'), isocenterFilmSeries: collectShown(services, 'series') } : {})

const binding = (commandName: string, key: string, word: Word) => ({ commandName, context: 'CORNERSTONE', label: say(word), keys: [key], isEditable: true })

/** OHIF's customisations: keys, which its preferences change, and where the buttons stand. */
export const filmCustomizations = () => (shareLinkOf(location.search) === undefined ? {
  'ohif.hotkeyBindings': { $push: [binding('isocenterFilmImage', 'f6', 'filmImageKey'), binding('isocenterFilmSeries', 'f7', 'filmSeriesKey')] },
  'cornerstone.toolbarButtons': { $push: [{ id: 'Film', uiType: 'isocenter.film', props: {} }] },
  'cornerstone.toolbarSections': { primary: { $push: ['Film'] } },
} : {})

/** Buttons that stay away until it is known that films may be collected. */
export const filmToolbar = ({ commandsManager }: Managers) => [{
  name: 'isocenter.film',
  defaultComponent: hosted<object>((host) => {
    if (host.hasChildNodes()) return
    const commanding = (command: string, text: Word, label: Word) => {
      const made = button(say(text), () => { commandsManager.runCommand(command, {}, 'CORNERSTONE') })
      made.title = say(label)
      made.setAttribute('aria-label', say(label))
      return made
    }
    const group = tag('span', 'isocenter-film', tag('span', '', say('film')), commanding('isocenterFilmImage', 'filmImage', 'filmImageKey'), commanding('isocenterFilmSeries', 'filmSeries', 'filmSeriesKey'))
    group.setAttribute('role', 'group')
    group.setAttribute('aria-label', say('film'))
    host.append(group)
    const update = () => { group.hidden = !mayCollect }
    update()
    listeners.add(update)
  }),
}]
