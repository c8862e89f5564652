/** The tables of docs/dimse-conformance-statement.md that the code decides, as Markdown. */
import { allTransferSyntaxes, ImplementationClassUID, ImplementationVersionName, sopClass, storageSOPClasses } from '@isocenter/dicom'
import { BasicColorPrintManagement, BasicGrayscalePrintManagement, defaultLimits, dimseStatus, PresentationLUT, rejectionMeaning, rejections, VerificationSOPClass } from '@isocenter/dimse'
import { ServiceSchema } from '../configuration/service.ts'
import { SpoolSchema } from '../configuration/spool.ts'
import { informationModels } from '../services/query/models.ts'

/** Names of Table A-1 that stand for several SOP classes. */
const metaNames: Readonly<Record<string, string>> = { [BasicGrayscalePrintManagement]: 'Basic Grayscale Print Management Meta SOP Class', [BasicColorPrintManagement]: 'Basic Color Print Management Meta SOP Class' }

/** SOP classes that are no storage, and in which roles the gateway has them. */
export const services: readonly { readonly uid: string; readonly scu: string; readonly scp: string }[] = [
  { uid: VerificationSOPClass, scu: 'test of a node', scp: 'yes' },
  ...Object.entries(informationModels).map(([uid, { operation, root }]) => ({ uid, scu: root === 'STUDY' && operation !== 'GET' ? 'fetching from an archive' : 'no', scp: 'yes' })),
  { uid: '1.2.840.10008.5.1.4.31', scu: 'no', scp: 'yes' },
  { uid: '1.2.840.10008.3.1.2.3.3', scu: 'no', scp: 'yes' },
  { uid: '1.2.840.10008.1.20.1', scu: 'yes, to DICOM nodes with `commitment`', scp: 'yes; reports on the same or a new association' },
  { uid: BasicGrayscalePrintManagement, scu: 'films of greys, and test of a printer', scp: 'no' },
  { uid: BasicColorPrintManagement, scu: 'films of colours, and test of a printer', scp: 'no' },
  { uid: PresentationLUT, scu: 'beside films of greys, where the printer takes it', scp: 'no' },
]

/** Statuses the services of the gateway give, in the order of the table. */
const given = [
  'success', 'pending', 'pendingOptionalKeysUnsupported', 'cancel', 'attributeListWarning', 'invalidAttributeValue', 'processingFailure', 'duplicateSOPInstance', 'noSuchSOPInstance', 'invalidSOPInstance',
  'noSuchSOPClass', 'missingAttribute', 'missingAttributeValue', 'noSuchActionType', 'notAuthorized', 'unrecognizedOperation', 'mistypedArgument', 'resourceLimitation', 'outOfResources',
  'moveDestinationUnknown', 'doesNotMatchSOPClass', 'coercionOfDataElements', 'cannotUnderstand',
] as const satisfies readonly (keyof typeof dimseStatus)[]

/** Blocks by the name of their marker. */
export function generatedBlocks(): Record<string, string> {
  const { maxPduBytes, maxAssociatePduBytes, maxConnections, artimMs, pduMs, connectMs, writeMs } = defaultLimits
  const seconds = (milliseconds: number) => `${String(milliseconds / 1000)} s`
  return {
    identification: table(['', ''], [['Implementation Class UID', ImplementationClassUID], ['Implementation Version Name', ImplementationVersionName]]),
    services: table(['SOP class', 'UID', 'as SCU', 'as SCP'], services.map(({ uid, scu, scp }) => [sopClass(uid)?.name ?? metaNames[uid] ?? '', uid, scu, scp])),
    'storage SOP classes': table(['SOP class', 'UID'], storageSOPClasses().map(({ name, uid, retired }) => [retired ? `${name} (retired)` : name, uid])),
    'transfer syntaxes': table(['transfer syntax', 'UID'], allTransferSyntaxes().map(({ name, uid }) => [name, uid])),
    limits: table(['what', 'how much'], [
      ['longest P-DATA-TF taken, advertised', `${String(maxPduBytes)} bytes`], ['longest A-ASSOCIATE-RQ or -AC taken', `${String(maxAssociatePduBytes)} bytes`], ['connections at a time', String(maxConnections)],
      ['ARTIM: request after connecting, close after a rejection or release', seconds(artimMs)], ['a PDU, from its first byte to its last', seconds(pduMs)],
      ['to connect, as requestor, TLS included', seconds(connectMs)], ['the peer to take what was written', seconds(writeMs)],
    ]),
    rejections: table(['result', 'source', 'reason', 'meaning'], Object.values(rejections).map((one) => [String(one.result), String(one.source), String(one.reason), rejectionMeaning(one)])),
    statuses: table(['status', 'meaning', 'defined in'], given.map((name) => dimseStatus[name]).map(({ code, name, clause }) => [`0x${code.toString(16).toUpperCase().padStart(4, '0')}`, name, clause])),
    configuration: table(['setting', 'at first', 'meaning'], [...settingsOf('service', ServiceSchema), ...settingsOf('spool', SpoolSchema)]),
  }
}

interface Property { readonly description?: string; readonly default?: unknown }

function settingsOf(section: string, { properties }: { readonly properties: object }): string[][] {
  return Object.entries(properties as Record<string, Property>).map(([name, { description = '', default: atFirst }]) =>
    [`\`${section}.${name}\``, atFirst === undefined ? '—' : `\`${JSON.stringify(atFirst)}\``, description.replaceAll('|', '\\|')])
}

/** The text with the content of each pair of markers replaced. @throws Error when a block has no place in it */
export function withBlocks(text: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((result, [name, block]) => {
    const marked = new RegExp(`(<!-- generated: ${name} -->\\n)[^]*?(<!-- end -->)`)
    if (!marked.test(result)) throw new Error(`The conformance statement has no place for ${name}.`)
    return result.replace(marked, (_, begin: string, end: string) => `${begin}${block}\n${end}`)
  }, text)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
