import * as contracts from '@isocenter/contracts'
import type { TSchema } from 'typebox'
import { accountAdministrationRoutes, accountRoutes, passkeyRoutes, qrRoutes, type Accounts } from './accounts/index.ts'
import { apiKeyRoutes, clientSecretIn, type ApiKeys } from './api-keys/index.ts'
import { attachmentRoutes, type Attachments } from './attachments/index.ts'
import { bodyPartRoutes, type BodyParts } from './body-parts/index.ts'
import { auditRoutes, type AccessLog, type Audit } from './audit/index.ts'
import { downloadRoutes, type Downloads } from './downloads/index.ts'
import { gatewayRoutes, tokenRoutes, type Gateways } from './gateways/index.ts'
import { notificationAdministrationRoutes, notificationRoutes, type Notifying } from './notifications/index.ts'
import { oidcRoutes, type Oidc } from './oidc/index.ts'
import { maintenanceRoutes, quarantineRoutes, type Maintenance } from './maintenance/index.ts'
import { deviceTypeRoutes, organisationRoutes, pairingRoutes, peopleRoutes, type Organisations } from './organisations/index.ts'
import { openApi } from './platform/openapi.ts'
import { credentialRoutes, personalCentreRoutes, reachRoutes, signatureRoutes, type People } from './people/index.ts'
import type { ApiRoutes } from './platform/typed-routes.ts'
import type { Config } from './config.ts'
import { studyRoutes, type Studies } from './studies/index.ts'
import { filmRoutes, type Film } from './film/index.ts'
import { sharingRoutes, type Sharing } from './sharing/index.ts'
import { uploadRoutes, type Uploads } from './uploads/index.ts'
import { worklistRoutes, type Worklist } from './worklist/index.ts'

export interface ApiDeps {
  readonly accounts: Accounts
  readonly apiKeys: ApiKeys
  readonly oidc: Oidc
  readonly organisations: Organisations
  readonly people: People
  readonly notifying: Notifying
  readonly gateways: Gateways
  readonly worklist: Worklist
  readonly sharing: Sharing
  readonly film: Film
  readonly uploads: Uploads
  readonly config: Config
  readonly accessLog: AccessLog
  readonly audit: Audit
  readonly maintenance: Maintenance
  readonly studies: Studies
  readonly downloads: Downloads
  readonly attachments: Attachments
  readonly bodyParts: BodyParts
}

/** Everything in contracts that is a schema, by the name it is exported under; the arguments of commands by the command's. */
const components = {
  ...Object.fromEntries(Object.entries(contracts.gatewayCommands).map(([name, schema]) => [`${name}Arguments`, schema])),
  ...exportedSchemas(),
}

function exportedSchemas(): Record<string, TSchema> {
  return Object.fromEntries(Object.entries<unknown>(contracts).filter((entry): entry is [string, TSchema] => {
    const [name, value] = entry
    return /^[A-Z]/.test(name) && typeof value === 'object' && value !== null && 'type' in value
  }))
}

/** The product API: what is not DICOM's own, in JSON by the schemas of contracts; what goes wrong is answered as docs/problems.md says. */
export const api: ApiRoutes<ApiDeps> = async (app, {
  sharing, film, accounts, notifying, apiKeys, oidc, organisations, people, gateways, worklist, uploads, config, accessLog, audit, maintenance,
  studies, attachments, downloads, bodyParts,
}) => {
  await app.register(openApi, {
    title: 'Isocenter', version: '0.1.0', components,
    description: 'The product API. DICOM objects are searched, retrieved and stored by DICOMweb at /dicom-web. Errors are problem details (RFC 9457).',
  })
  await app.register(accountRoutes, { accounts, publicUrl: config.PUBLIC_URL })
  await app.register(passkeyRoutes, { accounts, publicUrl: config.PUBLIC_URL })
  await app.register(qrRoutes, { accounts, publicUrl: config.PUBLIC_URL })
  await app.register(accountAdministrationRoutes, { accounts, accessLog })
  await app.register(organisationRoutes, { organisations })
  await app.register(deviceTypeRoutes, { organisations })
  await app.register(bodyPartRoutes, { bodyParts, accessLog })
  await app.register(peopleRoutes, { organisations, accessLog })
  await app.register(pairingRoutes, { organisations })
  await app.register(personalCentreRoutes, { people })
  await app.register(signatureRoutes, { people })
  await app.register(credentialRoutes, { people })
  await app.register(reachRoutes, { people, accessLog })
  await app.register(apiKeyRoutes, { apiKeys })
  await app.register(oidcRoutes, { oidc, accounts, publicUrl: config.PUBLIC_URL })
  await app.register(auditRoutes, { audit, accessLog })
  await app.register(maintenanceRoutes, { maintenance, accessLog })
  await app.register(quarantineRoutes, { maintenance, accessLog })
  await app.register(sharingRoutes, { sharing, attachments, accessLog })
  await app.register(studyRoutes, { studies, accessLog })
  await app.register(filmRoutes, { film, accessLog })
  await app.register(downloadRoutes, { downloads })
  await app.register(attachmentRoutes, { attachments, accessLog })
  await app.register(notificationRoutes, { notifying })
  await app.register(notificationAdministrationRoutes, { notifying })
  await app.register(tokenRoutes, {
    gateways,
    secrets: {
      issue: (authorization, request, address) => {
        const client = clientSecretIn(authorization, request)
        return client && apiKeys.issueToken(client, request, address)
      },
    },
  })
  await app.register(gatewayRoutes, { gateways, accessLog })
  await app.register(worklistRoutes, { worklist, accessLog })
  await app.register(uploadRoutes, { uploads, config })
}
