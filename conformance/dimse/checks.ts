import type { Check } from '../suite.ts'
import { associationChecks } from './association-checks.ts'
import type { DimseContext } from './node.ts'
import { peerChecks } from './peer-checks.ts'
import { procedureChecks } from './procedure-checks.ts'
import { queryChecks } from './query-checks.ts'
import { retrieveChecks } from './retrieve-checks.ts'
import { storageChecks } from './storage-checks.ts'

/** Every check of a DIMSE node; numbers from 501, so that they differ from those of the DICOMweb checks. */
export const dimseChecks: readonly Check<DimseContext>[] = [...associationChecks, ...storageChecks, ...queryChecks, ...retrieveChecks, ...procedureChecks, ...peerChecks]
