/** Our extension of OHIF, loaded by its configuration: how the page that holds the viewer speaks to it, and the protocols the product adds. */
import { marked, unmarked, viewerFrameAddress, type FromViewer, type ToViewer } from '@isocenter/contracts/viewer'
import { compareProtocols } from './compare.ts'
import { filmCommands, filmCustomizations, filmToolbar, learnWhetherFilmsMayBeCollected } from './film.ts'
import { examProtocols, registerHangingAttributes } from './hanging.ts'
import { extensionId, handlerOf, sopClassHandlers } from './objects/handlers.ts'
import { overlayPane, ReportPane, UnshownPane, VideoPane } from './objects/panes.ts'
import { letterNewPanes } from './orientation-letters.ts'
import { followMissingSlices } from './objects/missing-slices.ts'
import { mendPixelSpacing } from './objects/pixel-spacing.ts'
import { followUnreadable } from './objects/unreadable.ts'
import { mendVoiFunction } from './objects/voi-function.ts'
import type { CommandsManager, Managers, Services } from './ohif.ts'
import { keyImagesPanel, keyObjectPane, priorsPanel } from './panels.ts'
import { patientBanner } from './patient-banner.ts'
import { hideOffers, readOnlyCommands, readOnlyCustomizations } from './read-only.ts'
import { sayActive } from './say-active.ts'
import { sayReady } from './say-ready.ts'
import { sayShown } from './say-shown.ts'
import { shownImage } from './shown-image.ts'
import { fitSmallScreens } from './small-screen.ts'
import { nameStudies } from './study-headings.ts'
import { learnPatientsOfStudies, takePatientsOfStudies } from './studys-patient.ts'
import { say } from '../words.ts'
import { asComponent } from './element.ts'
import { addStyles } from './styles.ts'
import { isSimple, shareLinkOf } from '../root.ts'

const tell = (message: FromViewer) => { if (parent !== window) parent.postMessage(marked(message), location.origin) }

/** Address of studies within the viewer; the organisation, or the share link, stays in it, so that it can be loaded again. */
function addressOf(StudyInstanceUIDs: readonly string[], protocol: string | undefined): string {
  const shareLinkId = shareLinkOf(location.search)
  const organisationId = new URLSearchParams(location.search).get('o') ?? ''
  return viewerFrameAddress({ StudyInstanceUIDs, protocol, isSimple: isSimple(location.search), of: shareLinkId === undefined ? { organisationId } : { shareLinkId } }).replace(/^\/viewer(?=\/)/, '')
}

async function answer(message: ToViewer, commandsManager: CommandsManager, { beginAnew }: ReturnType<typeof sayShown>): Promise<void> {
  if (message.kind === 'show') {
    beginAnew()
    commandsManager.runCommand('navigateHistory', { to: addressOf(message.StudyInstanceUIDs, message.protocol), options: { replace: true } })
    return
  }
  if (message.kind === 'patients') {
    takePatientsOfStudies(message.studies)
    return
  }
  try {
    const result = await commandsManager.runCommand(message.name, message.options ?? {})
    tell({ kind: 'reply', id: message.id, result: result === undefined ? undefined : structuredClone(result) })
  } catch (error) {
    tell({ kind: 'reply', id: message.id, failure: error instanceof Error ? error.message : 'failed' })
  }
}

/** Tells how many measurements there are, and how many are in no report yet. Updates come by dozens while one is drawn. */
function followMeasurements({ measurementService }: Services): void {
  let timer: number | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      const all = measurementService.getMeasurements()
      tell({ kind: 'measured', count: all.length, unsaved: all.filter(({ isDirty }) => isDirty === true).length })
    }, 200)
  }
  for (const event of Object.values(measurementService.EVENTS)) measurementService.subscribe(event, soon)
}

export default {
  id: extensionId,
  version: '1.0.0',

  preRegistration(managers: Managers) {
    const { servicesManager: { services }, commandsManager } = managers
    // The session's cookie goes with every request by itself.
    services.userAuthenticationService.setServiceImplementation({ getAuthorizationHeader: () => ({}) })
    const shown = sayShown(services, tell)
    addEventListener('message', (event) => {
      const message = event.origin === location.origin && event.source === parent ? unmarked<ToViewer>(event.data) : undefined
      if (message !== undefined) void answer(message, commandsManager, shown)
    })
    sayActive(tell)
    followMeasurements(services)
    followUnreadable(services)
    followMissingSlices(services)
    letterNewPanes(services)
    learnPatientsOfStudies(managers)
    nameStudies(managers)
    // Nobody has corrected anything for visitors of share links, nor where no page is around it.
    if (parent !== window && shareLinkOf(location.search) === undefined) takePatientsOfStudies('awaited')
    services.displaySetService.setUnsuportedSOPClassHandler(handlerOf('unshown'))
    mendVoiFunction()
    mendPixelSpacing()
    registerHangingAttributes(services)
    addStyles()
    fitSmallScreens()
    if (shareLinkOf(location.search) !== undefined) hideOffers()
    // Nothing waits for it.
    void learnWhetherFilmsMayBeCollected().catch((error: unknown) => { console.warn('it is not known whether films may be collected', error) })
    sayReady(tell)
  },

  getCommandsModule({ servicesManager: { services }, commandsManager }: Managers) {
    return {
      defaultContext: 'CORNERSTONE',
      definitions: {
        ...(shareLinkOf(location.search) === undefined ? {} : readOnlyCommands),
        ...filmCommands(services),
        // The page that holds the viewer follows, so that its address can be loaded again and handed on.
        isocenterCompare: ({ StudyInstanceUIDs }: { readonly StudyInstanceUIDs: readonly string[] }) => {
          commandsManager.runCommand('navigateHistory', { to: addressOf(StudyInstanceUIDs, undefined), options: { replace: true } })
          tell({ kind: 'compares', StudyInstanceUIDs })
        },
        isocenterShownImage: ({ viewportId }: { readonly viewportId?: string } = {}) => shownImage(services, viewportId),
      },
    }
  },

  getSopClassHandlerModule: sopClassHandlers,

  getViewportModule: (managers: Managers) => [
    { name: 'unshown', component: UnshownPane },
    { name: 'keyObject', component: keyObjectPane(managers) },
    { name: 'report', component: ReportPane },
    { name: 'video', component: VideoPane },
    { name: 'overlay', component: overlayPane(managers) },
  ],

  getPanelModule: (managers: Managers) => [
    { name: 'priors', iconName: 'PatientStudyList', iconLabel: say('priors'), label: say('priors'), component: asComponent(priorsPanel(managers)) },
    { name: 'keyImages', iconName: 'tab-patient-info', iconLabel: say('keyImages'), label: say('keyImages'), component: asComponent(keyImagesPanel(managers)) },
  ],

  getToolbarModule: filmToolbar,

  getHangingProtocolModule: () => [...examProtocols, ...compareProtocols],

  getCustomizationModule: ({ servicesManager: { services } }: Managers) => [{ name: 'global', value: { 'ohif.tours': { $set: [] }, ...patientBanner(services), ...filmCustomizations(), ...(shareLinkOf(location.search) === undefined ? {} : readOnlyCustomizations) } }],
}
