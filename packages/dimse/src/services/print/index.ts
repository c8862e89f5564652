export type { Film, FilmBox, FilmSession, PrintColour, PrintedImage } from './film.ts'
export { BasicColorPrintManagement, BasicGrayscalePrintManagement, PresentationLUT } from './sop-classes.ts'
export {
  LayoutNotMade, PrinterNotReady, printContexts, printerState, printFilms, type PrinterState, type PrintOptions, type PrintWarning,
} from './scu-print.ts'
