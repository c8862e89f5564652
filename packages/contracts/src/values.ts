/** Values that members of many answers and requests have. */
import { Type } from 'typebox'

export const idPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
/** An id of ours. */
export const Id = Type.String({ pattern: idPattern, description: 'UUID in lower case' })
export const Moment = Type.String({ format: 'date-time', maxLength: 40 })
/** A DICOM UID. */
export const UID = Type.String({ pattern: '^[0-9]+(\\.[0-9]+)*$', maxLength: 64 })
