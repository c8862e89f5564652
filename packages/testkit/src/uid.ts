/** A fresh UID, for what is synthetic. */
export { newUID as aUID } from '@isocenter/dicom'
