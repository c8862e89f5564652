import { capabilitiesChecks } from './capabilities/checks.ts'
import { httpChecks } from './http/checks.ts'
import { jsonChecks } from './json/checks.ts'
import { multipartChecks } from './multipart/checks.ts'
import { negotiationChecks } from './negotiation/checks.ts'
import { qidoChecks } from './qido/checks.ts'
import { metadataStoreChecks } from './stow/metadata-checks.ts'
import { stowChecks } from './stow/checks.ts'
import { renderingChecks } from './rendering/checks.ts'
import type { Check } from './suite.ts'
import { uriChecks } from './uri/checks.ts'
import { scopeChecks } from './wado/scope-checks.ts'
import { wadoChecks } from './wado/checks.ts'
import { transcodingChecks } from './wado/transcoding-checks.ts'
import { xmlChecks } from './xml/checks.ts'

/** Every check; the numbers are those of the project's list of DICOMweb conformance checks and are never reused. */
export const checks: readonly Check[] = [
  ...httpChecks, ...negotiationChecks, ...multipartChecks, ...jsonChecks, ...qidoChecks, ...wadoChecks, ...scopeChecks, ...uriChecks,
  ...transcodingChecks, ...stowChecks, ...metadataStoreChecks, ...xmlChecks, ...capabilitiesChecks, ...renderingChecks,
]
