/** Hanging protocols of the common exam types. Which of them a study gets, and where its series go, is decided by the pure functions below. */
import { itemsOf, type Naturalized } from './objects/kinds.ts'
import type { DisplaySet, Services } from './ohif.ts'

const exams = ['mammography', 'radiograph', 'ct', 'mr', 'ultrasound'] as const
export type Exam = typeof exams[number]

/** By Modality (PS3.3 §C.7.3.1.1.1); of a study of several, the first of the list above. */
const examOfModality: Readonly<Record<string, Exam>> = { MG: 'mammography', DX: 'radiograph', CR: 'radiograph', CT: 'ct', MR: 'mr', US: 'ultrasound' }

/** What kind of exam a study's images are; undefined for others, which hang one series at a time, as do emission studies with CT (PT, NM). */
export function examOf(displaySets: readonly Pick<DisplaySet, 'Modality' | 'numImageFrames'>[]): Exam | undefined {
  const modalities = displaySets.filter(({ numImageFrames = 0 }) => numImageFrames > 0).map(({ Modality = '' }) => Modality)
  if (modalities.some((modality) => modality === 'PT' || modality === 'NM')) return undefined
  return exams.find((exam) => modalities.some((modality) => examOfModality[modality] === exam))
}

/** Codes of views (PS3.16 CID 4014), of SNOMED CT and as they were before. */
const viewCodes: Readonly<Record<string, 'CC' | 'MLO'>> = { '399162004': 'CC', 'R-10242': 'CC', '399368009': 'MLO', 'R-10226': 'MLO' }

/** The view of a mammogram, as `RCC`, `LMLO`; undefined for views that are not of the four of screening, or without a side. */
export function mammographyViewOf(instance: Naturalized): string | undefined {
  const side = instance['ImageLaterality'] ?? instance['Laterality']
  const code = itemsOf(instance['ViewCodeSequence'])[0]?.['CodeValue']
  const view = viewCodes[String(code)] ?? (instance['ViewPosition'] === 'CC' || instance['ViewPosition'] === 'MLO' ? instance['ViewPosition'] : undefined)
  return (side === 'R' || side === 'L') && view !== undefined ? `${side}${view}` : undefined
}

/**
 * Whether a mammogram is to be mirrored, so that the chest walls meet in the middle: the right breast hangs on the left, its rows towards the back
 * (PatientOrientation P), the left one on the right, its rows towards the front (A). What says neither is left as it is.
 */
export function isMirrored(instance: Naturalized): boolean {
  const side = instance['ImageLaterality'] ?? instance['Laterality']
  const orientation = instance['PatientOrientation']
  const row = String(Array.isArray(orientation) ? orientation[0] : orientation)
  return (side === 'R' && row.startsWith('A')) || (side === 'L' && row.startsWith('P'))
}

/** A scout by which slices were planned (ImageType value 3). */
export const isLocalizer = ({ ImageType }: Naturalized): boolean => (Array.isArray(ImageType) ? ImageType : String(ImageType).split('\\')).includes('LOCALIZER')

/** What the protocols ask of a study or a display set by name. */
export function registerHangingAttributes({ hangingProtocolService }: Services): void {
  const first = ({ instances, instance }: DisplaySet): Naturalized => instances?.[0] ?? instance ?? {}
  hangingProtocolService.addCustomAttribute('isocenterExam', 'Kind of exam', (_study, options) => examOf((options as { readonly displaySets?: readonly DisplaySet[] }).displaySets ?? []))
  hangingProtocolService.addCustomAttribute('isocenterView', 'Mammographic view', (displaySet) => mammographyViewOf(first(displaySet as DisplaySet)))
  hangingProtocolService.addCustomAttribute('isocenterMirrored', 'Chest walls to the middle', (displaySets) => (displaySets as readonly DisplaySet[]).slice(0, 1).some((displaySet) => isMirrored(first(displaySet))))
  hangingProtocolService.addCustomAttribute('isocenterScout', 'A scout', (displaySet) => (isLocalizer(first(displaySet as DisplaySet)) ? 'yes' : 'no'))
}

const withImages = { attribute: 'numImageFrames', constraint: { greaterThan: { value: 1 } }, required: true, weight: 1 }
/** Chosen by the address of the viewer. */
const asked = { attribute: 'isDisplaySetFromUrl', weight: 1000, constraint: { equals: true } }
const noScout = { attribute: 'isocenterScout', weight: 10, constraint: { equals: { value: 'no' } } }

const selector = (...rules: readonly object[]) => ({ seriesMatchingRules: [withImages, asked, ...rules] })

interface PaneOptions { readonly [option: string]: unknown }
const pane = (id: string, index: number, options: PaneOptions = {}) => ({
  viewportOptions: { viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true, ...options },
  displaySets: [{ id, matchedDisplaySetsIndex: index }],
})

/** A layout that is taken where that many panes are filled. */
const stage = (rows: number, columns: number, viewports: readonly object[], filled: number) => ({
  name: `${String(rows)}x${String(columns)}`,
  stageActivation: { enabled: { minViewportsMatched: filled } },
  viewportStructure: { layoutType: 'grid', properties: { rows, columns } },
  viewports,
})
const panesOf = (id: string, count: number, options: PaneOptions = {}) => Array.from({ length: count }, (_, index) => pane(id, index, options))

const protocol = (exam: Exam | 'other', displaySetSelectors: object, stages: readonly object[]) => {
  const id = `@isocenter/${exam}`
  return {
    name: id,
    protocol: {
      id, name: exam, locked: true, numberOfPriorsReferenced: -1, toolGroupIds: ['default'],
      protocolMatchingRules: [{ attribute: 'isocenterExam', weight: 100, constraint: { equals: { value: exam } }, required: true }],
      displaySetSelectors, stages,
      defaultViewport: { viewportOptions: { viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true }, displaySets: [{ id: Object.keys(displaySetSelectors)[0], matchedDisplaySetsIndex: -1 }] },
    },
  }
}

const view = (name: string) => selector({ attribute: 'isocenterView', weight: 50, constraint: { equals: { value: name } }, required: true })
/** The chest wall, at the inner edge of its pane. */
const towards = (edge: 0 | 1) => ({ storeAsInitialCamera: true, imageArea: [1, 1], imageCanvasPoint: { imagePoint: [edge, 0.5], canvasPoint: [edge, 0.5] } })
const breast = (name: string) => pane(name, 0, { flipHorizontal: { custom: 'isocenterMirrored', defaultValue: false }, displayArea: towards(name.startsWith('R') ? 1 : 0) })

/** Scrolled together where series lie in one space. */
const linked = { syncGroups: [{ type: 'imageSlice', id: 'isocenter-slice', source: true, target: true }] }
const middle = { initialImageOptions: { preset: 'middle' } }

/** Images before what is none, without demanding them: a study may hold documents alone. */
const anything = { seriesMatchingRules: [{ attribute: 'numImageFrames', constraint: { greaterThan: { value: 1 } }, weight: 10 }, asked] }

export const examProtocols = [
  // No exam is of this kind. OHIF takes the first of its list where none fits; its own `default` has no rules, of which it warns each time.
  protocol('other', { any: anything }, [stage(1, 1, panesOf('any', 1), 0)]),
  protocol('mammography', { any: selector(), RCC: view('RCC'), LCC: view('LCC'), RMLO: view('RMLO'), LMLO: view('LMLO') }, [
    stage(2, 2, ['RCC', 'LCC', 'RMLO', 'LMLO'].map(breast), 3),
    stage(1, 2, ['RMLO', 'LMLO'].map(breast), 2),
    stage(1, 2, ['RCC', 'LCC'].map(breast), 2),
    stage(1, 2, panesOf('any', 2), 2),
    stage(1, 1, panesOf('any', 1), 0),
  ]),
  protocol('radiograph', { view: selector() }, [stage(1, 2, panesOf('view', 2), 2), stage(1, 1, panesOf('view', 1), 0)]),
  // MPR is a choice of the layout menu, where the series allows it.
  protocol('ct', { series: selector(noScout) }, [stage(1, 1, panesOf('series', 1), 0)]),
  protocol('mr', { series: selector(noScout) }, [stage(2, 2, panesOf('series', 4, { ...linked, ...middle }), 3), stage(1, 2, panesOf('series', 2, { ...linked, ...middle }), 2), stage(1, 1, panesOf('series', 1), 0)]),
  protocol('ultrasound', { clip: selector() }, [stage(2, 3, panesOf('clip', 6), 5), stage(2, 2, panesOf('clip', 4), 3), stage(1, 2, panesOf('clip', 2), 2), stage(1, 1, panesOf('clip', 1), 0)]),
]
