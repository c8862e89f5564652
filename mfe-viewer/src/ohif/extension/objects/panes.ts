/** Panes for what is no image: why it is not shown, or the text of a report. */
import type { DisplaySet, Managers } from '../ohif.ts'
import { patientLines, type Patient } from '../patient-banner.ts'
import { element, Component, hosted, tag } from '../element.ts'
import { paneShown } from '../say-shown.ts'
import { say, type Word } from '../../words.ts'
import { reasonOf, referencedSeriesOf, type Naturalized } from './kinds.ts'
import { overlayHandlers, overlays } from './overlays.ts'
import { streamOf } from './video.ts'
import { linesOf, meaningOf } from './report-content.ts'
import { hindranceOf, onHindrance, type SegmentationSet } from './segmentation.ts'

/** Whose it is, as the panes of images have it (VIEW-04). */
function banner({ instance, instances }: DisplaySet): Node[] {
  const patient = instances?.[0] ?? instance
  return patient === undefined ? [] : [tag('div', 'isocenter-patient', ...patientLines(patient as Patient).map((line) => tag('div', '', line)))]
}

export interface PaneProps {
  readonly displaySets: readonly DisplaySet[]
}

function fillNotice(host: HTMLElement, title: string, detail: string, displaySet: DisplaySet): void {
  const { StudyInstanceUID, Modality = '', SeriesDescription = '' } = displaySet
  const what = [Modality, SeriesDescription].filter((part) => part !== '').join(' · ')
  const notice = tag('div', 'isocenter-notice', tag('strong', '', title), ...(what === '' ? [] : [tag('span', 'isocenter-what', what)]), tag('span', '', detail))
  notice.setAttribute('role', 'note')
  host.replaceChildren(notice, ...banner(displaySet))
  paneShown(StudyInstanceUID)
}

/** Says why there is no view of an object. */
export const UnshownPane = hosted<PaneProps>((host, { displaySets: [displaySet] }) => {
  if (displaySet !== undefined) fillNotice(host, say('notShown'), say(reasonOf(displaySet.SOPClassUID)), displaySet)
})

/** The text of a report, as it was written. */
export const ReportPane = hosted<PaneProps>((host, { displaySets: [displaySet] }) => {
  const report = displaySet?.instances?.[0]
  if (displaySet === undefined || report === undefined) return
  const state = (keyword: string, value: string, word: Word, otherwise: Word) => (report[keyword] === undefined ? [] : [say(report[keyword] === value ? word : otherwise)])
  const lines = linesOf(report).map(({ depth, name, value }) => {
    const line = tag('div', value === '' ? 'isocenter-heading' : 'isocenter-line', ...(name === '' ? [] : [tag('span', 'isocenter-name', name)]), ...(value === '' ? [] : [tag('span', 'isocenter-value', value)]))
    line.style.setProperty('--depth', String(Math.min(depth, 8)))
    return line
  })
  const page = tag('article', 'isocenter-report',
    tag('h2', '', meaningOf(report['ConceptNameCodeSequence']) || say('report')),
    tag('p', 'isocenter-what', [...state('CompletionFlag', 'COMPLETE', 'complete', 'partial'), ...state('VerificationFlag', 'VERIFIED', 'verified', 'unverified')].join(' · ')),
    ...(lines.length === 0 ? [tag('p', '', say('noContent'))] : lines))
  page.tabIndex = 0
  host.replaceChildren(page, ...banner(displaySet))
  paneShown(displaySet.StudyInstanceUID)
})

/** A video, with the browser's own controls. */
export const VideoPane = hosted<PaneProps>((host, { displaySets: [displaySet] }) => {
  const instance = displaySet?.instances?.[0]
  if (displaySet === undefined || instance === undefined) return
  const address = streamOf(instance, location.search)
  // Filled again whenever the grid changes: the video goes on.
  if (host.querySelector('video')?.getAttribute('src') === address) return
  const video = document.createElement('video')
  Object.assign(video, { className: 'isocenter-video', controls: true, loop: true, muted: true, playsInline: true, src: address })
  video.addEventListener('loadeddata', () => { paneShown(displaySet.StudyInstanceUID) })
  video.addEventListener('error', () => { fillNotice(host, say('unreadable'), say('unplayable'), displaySet) })
  host.replaceChildren(video, ...banner(displaySet))
})

const NotDrawn = hosted<PaneProps & { readonly kind: Word; readonly reason: Word }>((host, { displaySets: [displaySet], kind, reason }) => {
  if (displaySet !== undefined) fillNotice(host, say(kind), say(reason), displaySet)
})

/** A pane of OHIF for what lies upon images where those are there: without them OHIF leaves it empty, or breaks off. */
export function overlayPane({ servicesManager: { services: { displaySetService } }, extensionManager }: Managers): new (props: PaneProps) => Component<PaneProps> {
  const sourceOf = ({ referencedDisplaySetInstanceUID }: SegmentationSet, object: Naturalized) => {
    const series = referencedSeriesOf(object)
    const there = displaySetService.getActiveDisplaySets()
    // Where OHIF has found its images among several series, it draws upon those.
    return there.find(({ displaySetInstanceUID }) => displaySetInstanceUID === referencedDisplaySetInstanceUID)
      ?? there.find(({ SeriesInstanceUID = '', SOPClassHandlerId }) => series.has(SeriesInstanceUID) && !overlayHandlers.includes(SOPClassHandlerId ?? ''))
  }
  return class extends Component<PaneProps> {
    subscriptions: readonly { readonly unsubscribe: () => void }[] = []
    componentDidMount() {
      const again = () => { this.renderAgain() }
      // Series come one by one.
      this.subscriptions = [displaySetService.subscribe(displaySetService.EVENTS.DISPLAY_SETS_ADDED, again), onHindrance(again)]
    }
    componentWillUnmount() { for (const subscription of this.subscriptions) subscription.unsubscribe() }
    render() {
      const [displaySet] = this.props.displaySets
      const [, pane, kind] = overlays.find(([handlers]) => handlers.includes(displaySet?.SOPClassHandlerId ?? '')) ?? []
      const object = displaySet?.instances?.[0] ?? displaySet?.instance
      if (displaySet === undefined || pane === undefined || kind === undefined || object === undefined) return null
      const source = sourceOf(displaySet, object)
      if (source === undefined) return kind === 'measurements' ? element(ReportPane, this.props) : element(NotDrawn, { ...this.props, kind, reason: 'withoutImages' })
      const reason = kind === 'measurements' ? undefined : hindranceOf(displaySet, source)
      if (reason !== undefined) return element(NotDrawn, { ...this.props, kind, reason })
      const { component } = extensionManager.getModuleEntry<{ readonly component: (props: never) => unknown }>(pane)
      return element(component, this.props)
    }
  }
}
