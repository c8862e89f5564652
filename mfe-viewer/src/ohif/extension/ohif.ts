/** The parts of OHIF 3.13 that the extension uses. The release carries no types. */
import type { Naturalized } from './objects/kinds.ts'

export interface Subscription { readonly unsubscribe: () => void }

export interface Services {
  readonly userAuthenticationService: { setServiceImplementation: (implementation: { getAuthorizationHeader: () => Record<string, string> }) => void }
  readonly measurementService: {
    readonly EVENTS: Readonly<Record<'MEASUREMENT_ADDED' | 'MEASUREMENT_UPDATED' | 'MEASUREMENT_REMOVED' | 'MEASUREMENTS_CLEARED', string>>
    subscribe: (event: string, listener: () => void) => Subscription
    getMeasurements: () => readonly { readonly isDirty?: boolean }[]
  }
  readonly viewportGridService: {
    readonly EVENTS: Readonly<Record<'GRID_STATE_CHANGED', string>>
    subscribe: (event: string, listener: () => void) => Subscription
    getState: () => { readonly viewports: ReadonlyMap<string, unknown> }
    getActiveViewportId: () => string | null
    setDisplaySetsForViewport: (change: { readonly viewportId: string; readonly displaySetInstanceUIDs: readonly string[]; readonly viewportOptions?: object }) => void
    getDisplaySetsUIDsForViewport: (viewportId: string) => readonly string[] | undefined
  }
  readonly displaySetService: {
    readonly EVENTS: Readonly<Record<'DISPLAY_SETS_ADDED', string>>
    subscribe: (event: string, listener: () => void) => Subscription
    getDisplaySetByUID: (uid: string) => DisplaySet | undefined
    getActiveDisplaySets: () => readonly DisplaySet[]
    /** OHIF's spelling. The handler of what no other handler takes. */
    setUnsuportedSOPClassHandler: (handlerId: string) => void
  }
  readonly segmentationService: { getSegmentationRepresentations: (viewportId: string) => readonly { readonly visible?: boolean }[] }
  readonly uiNotificationService: { show: (notification: { readonly title: string; readonly message: string; readonly type: 'success' | 'info' | 'warning' | 'error'; readonly duration?: number }) => void }
  readonly hangingProtocolService: { addCustomAttribute: (id: string, name: string, callback: (subject: unknown, options: unknown) => unknown) => void }
  readonly cornerstoneViewportService: {
    readonly EVENTS: Readonly<Record<'VIEWPORT_DATA_CHANGED', string>>
    subscribe: (event: string, listener: () => void) => Subscription
    getCornerstoneViewport: (viewportId: string) => Viewport | undefined
  }
}

/** What a pane shows: a series, or a part of one. */
export interface DisplaySet {
  readonly displaySetInstanceUID: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID?: string
  readonly SOPClassUID?: string
  readonly SOPClassHandlerId?: string
  readonly Modality?: string
  readonly SeriesDescription?: string
  readonly numImageFrames?: number
  readonly imageIds?: readonly string[]
  readonly isReconstructable?: boolean
  readonly FrameOfReferenceUID?: string
  /** Of images: what is said at the small picture. */
  readonly messages?: { addMessage: (code: number) => void }
  readonly instance?: Naturalized
  readonly instances?: readonly Naturalized[]
}

export interface Viewport {
  readonly element: HTMLElement
  readonly renderingEngineId: string
  getCanvas: () => HTMLCanvasElement
  getCamera: () => object
  getCurrentImageId?: () => string | undefined
  /** Of a stack: the image it draws; none, or the one before, while the current one is on its way. */
  getCornerstoneImage?: () => { readonly imageId: string } | undefined
  /** From a place in the pane, CSS pixels, to one in the patient, mm. */
  canvasToWorld?: (place: [number, number]) => readonly number[]
  getImageData?: () => { readonly imageData: { readonly worldToIndex: (place: readonly number[]) => ArrayLike<number> & Iterable<number>; readonly getDimensions: () => readonly number[] } } | undefined
  getProperties?: () => { readonly voiRange?: { readonly lower: number; readonly upper: number }; readonly invert?: boolean; readonly rotation?: number } | undefined
}

/** Of a study that was searched for (QIDO-RS), in OHIF's own words: its StudyInstanceUID, its PatientID, empty where it has none, the alphabetic group of the patient's name, and what was done. */
export interface FoundStudy { readonly studyInstanceUid: string; readonly mrn?: string; readonly patientName?: string; readonly description?: string }

export interface DataSource {
  /** Writes a data set by its keywords as Part 10 and stores it (STOW-RS). */
  readonly store: { dicom: (dataSet: Naturalized) => Promise<void> }
  readonly query: { readonly studies: { search: (query: object) => Promise<readonly FoundStudy[]> } }
}

export interface CommandsManager { runCommand: (name: string, options?: object, context?: string) => unknown }

export interface Managers {
  readonly servicesManager: { readonly services: Services }
  readonly commandsManager: CommandsManager
  readonly extensionManager: {
    readonly activeDataSourceName: string
    getActiveDataSource: () => readonly [DataSource]
    getModuleEntry: <Entry>(id: string) => Entry
  }
}

/** Cornerstone's store of what is known of an image. */
export interface MetaData {
  get: {
    (type: 'instance', imageId: string): (Naturalized & { readonly StudyInstanceUID: string; readonly SeriesInstanceUID: string; readonly SOPInstanceUID: string }) | undefined
    (type: string, imageId: string): Naturalized | undefined
  }
  addProvider: (provider: (type: string, imageId: string) => object | undefined, priority: number) => void
}

declare global {
  interface Window {
    readonly cornerstone?: { readonly eventTarget: EventTarget; readonly metaData: MetaData }
  }
}
