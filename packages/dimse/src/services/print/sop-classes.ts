/** The SOP classes and well-known instances of Print Management (PS3.4 Annex H). */
export const BasicGrayscalePrintManagement = '1.2.840.10008.5.1.1.9'
export const BasicColorPrintManagement = '1.2.840.10008.5.1.1.18'
export const BasicFilmSession = '1.2.840.10008.5.1.1.1'
export const BasicFilmBox = '1.2.840.10008.5.1.1.2'
export const BasicGrayscaleImageBox = '1.2.840.10008.5.1.1.4'
export const BasicColorImageBox = '1.2.840.10008.5.1.1.4.1'
export const Printer = '1.2.840.10008.5.1.1.16'
/** The one printer behind an application entity (PS3.4 §H.4.6). */
export const PrinterInstance = '1.2.840.10008.5.1.1.17'
export const PresentationLUT = '1.2.840.10008.5.1.1.23'
