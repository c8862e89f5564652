/** Configuration of OHIF, run as a script before it: https://docs.ohif.org/configuration */
import { marked, type FromViewer } from '@isocenter/contracts/viewer'
import { dicomwebRootOf, isSimple } from '../root.ts'
import { readableForms } from './readable-forms.ts'
import { modesConfiguration } from './mode.ts'
import { inSimpleLayout } from './simple-layout.ts'

const base = '/viewer/'
const root = dicomwebRootOf(location.search)

const tell = (message: FromViewer) => { if (parent !== window) parent.postMessage(marked(message), location.origin) }

Object.assign(window, {
  config: {
    name: 'isocenter',
    routerBasename: base,
    extensions: [`${base}isocenter/extension.js`],
    modes: [],
    modesConfiguration: isSimple(location.search) ? inSimpleLayout(modesConfiguration) : modesConfiguration,
    customizationService: {},
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
    // More at once come no sooner over HTTP/1.1, and what has come keeps the first image from being drawn.
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 6 },
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
      },
    }],
  },
})
