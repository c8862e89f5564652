/** Configuration of OHIF, run as a script before it: https://docs.ohif.org/configuration */
import { marked, type FromViewer } from '@isocenter/contracts/viewer'
import { dicomwebRootOf, isSimple } from '../root.ts'
import { language } from '../language.ts'
import { readableForms } from './readable-forms.ts'
import { modesConfiguration } from './mode.ts'
import { inSimpleLayout } from './simple-layout.ts'

const base = '/viewer/'
const root = dicomwebRootOf(location.search)

/** What it needs of React, which is OHIF's. */
interface ElementMaker { readonly createElement: (type: 'img', attributes: { readonly src: string; readonly alt: string; readonly width: number; readonly height: number }) => unknown }

const tell = (message: FromViewer) => { if (parent !== window) parent.postMessage(marked(message), location.origin) }

// OHIF asks the address, this cookie, its storage and the browser, in this order, and names its Chinese so.
document.cookie = `i18next=${language() === 'zh-CN' ? 'zh' : 'en-US'}; path=/; SameSite=Strict`

Object.assign(window, {
  config: {
    name: 'isocenter',
    routerBasename: base,
    extensions: [`${base}isocenter/extension.js`],
    modes: [],
    modesConfiguration: isSimple(location.search) ? inSimpleLayout(modesConfiguration) : modesConfiguration,
    customizationService: {},
    // The product's own mark where OHIF would show its logo.
    whiteLabeling: { createLogoComponentFn: ({ createElement }: ElementMaker) => createElement('img', { src: '/apps/mfe-shell/icon.svg', alt: 'Isocenter', width: 28, height: 28 }) },
    // Its header would name one patient of all panes, by the images alone: each pane says whose it is, and the bar above what was corrected.
    showPatientInfo: 'disabled',
    // Our own list stands before the viewer.
    showStudyList: false,
    maxNumberOfWebWorkers: Math.max(2, Math.min(4, navigator.hardwareConcurrency - 1)),
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    groupEnabledModesFirst: true,
    allowMultiSelectExport: false,
    investigationalUseDialog: { option: 'never' },
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    showErrorDetails: 'never',
    // Without it any error of an image is one of the viewer.
    httpErrorHandler: (error: { readonly status?: number } | undefined) => {
      if (error?.status === 401 || error?.status === 403) tell({ kind: 'refused', status: error.status })
    },
    defaultDataSourceName: 'isocenter',
    dataSources: [{
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'isocenter',
      configuration: {
        friendlyName: 'Isocenter',
        name: 'isocenter',
        qidoRoot: root,
        wadoRoot: root,
        wadoUriRoot: root,
        qidoSupportsIncludeField: true,
        supportsReject: false,
        dicomUploadEnabled: false,
        imageRendering: 'wadors',
        // Ready at ingest, some kilobytes each; the browser sends the session's cookie.
        thumbnailRendering: 'thumbnail',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        staticWado: false,
        singlepart: 'bulkdata,video,pdf',
        // Metadata name bulk data by the server's own path; within the viewer it is the organisation's.
        bulkDataURI: { enabled: true, startsWith: '/dicom-web/', prefixWith: `${root ?? ''}/` },
        acceptHeader: readableForms,
        omitQuotationForMultipartRequest: true,
        // Read whole, frames of one bit a pixel that do not end with a byte are cut in the wrong places; the server cuts them rightly.
        loadMultiframeAsPart10: false,
      },
    }],
  },
})
