/** For visitors of share links: OHIF's ways to keep or take away what is seen do nothing, and are not offered. The server refuses them anyway. */

/** Commands of OHIF 3.13, by the context they are registered in. */
const closed: Readonly<Record<string, string>> = {
  showDownloadViewportModal: 'CORNERSTONE', downloadCSVSegmentationReport: 'CORNERSTONE', downloadCSVMeasurementsReport: 'CORNERSTONE',
  downloadSegmentation: 'CORNERSTONE', storeSegmentation: 'CORNERSTONE', downloadRTSS: 'CORNERSTONE',
  storeMeasurements: 'DEFAULT', createReportAsync: 'DEFAULT', promptSaveReport: 'DEFAULT', openUploadDialog: 'DEFAULT',
}
const offers = '[data-cy="Capture"], [data-cy="trackedMeasurements-export"], [data-cy="trackedMeasurements-btn-create-report"], [data-cy="trackedMeasurements-panel"] .h-9.rounded.pr-0\\.5'

export const readOnlyCommands = Object.fromEntries(Object.entries(closed).map(([name, context]) => [name, { commandFn: () => undefined, context }]))

/** The menu of a segmentation, whose entries export it. */
export const readOnlyCustomizations = { 'panelSegmentation.customDropdownMenuContent': { $set: () => null } }

export function hideOffers(): void {
  const style = document.createElement('style')
  style.textContent = `${offers} { display: none !important; }`
  document.head.append(style)
}
