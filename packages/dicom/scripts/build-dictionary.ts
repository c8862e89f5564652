/**
 * Writes src/dictionary.generated.ts and src/uids.generated.ts from machine-readable forms of PS3.6.
 *
 *   node packages/dicom/scripts/build-dictionary.ts
 *
 * Attributes: two npm packages made from the published standard. The older one (2019e) keeps every VR choice, the
 * retired mark and the repeating groups; the newer one adds what was standardised since. Where both know an attribute
 * the older one is believed (the newer one has slips in a few VRs), and `corrections` holds what neither says as printed.
 * UIDs: ps3-6-table-a-1.tsv, the SOP classes and transfer syntaxes of Table A-1, because no package has the table.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import olderDictionary from '@iwharris/dicom-data-dictionary'
import newerDictionary from 'dcmjs/dictionary'

interface Row {
  /** GGGGEEEE; `x` where a repeating group varies. */
  pattern: string
  vr: string
  vm: string
  retired: boolean
}

const command = '// Made by: node packages/dicom/scripts/build-dictionary.ts (do not edit)'

/** VR codes of the newer dictionary that stand for a choice. */
const choices: Record<string, string> = { xs: 'US|SS', ox: 'OB|OW', lt: 'US|OW', up: 'UL', na: '' }

/** Rows of PS3.6 (2025) that both sources lack or print differently, by keyword. */
const corrections: Record<string, Row> = {
  // Table 7-1, File Meta Information for real-time video and for network exchange.
  SourcePresentationAddress: { pattern: '00020026', vr: 'UR', vm: '1', retired: false },
  SendingPresentationAddress: { pattern: '00020027', vr: 'UR', vm: '1', retired: false },
  ReceivingPresentationAddress: { pattern: '00020028', vr: 'UR', vm: '1', retired: false },
  RTVMetaInformationVersion: { pattern: '00020031', vr: 'OB', vm: '1', retired: false },
  RTVCommunicationSOPClassUID: { pattern: '00020032', vr: 'UI', vm: '1', retired: false },
  RTVCommunicationSOPInstanceUID: { pattern: '00020033', vr: 'UI', vm: '1', retired: false },
  RTVSourceIdentifier: { pattern: '00020035', vr: 'OB', vm: '1', retired: false },
  RTVFlowIdentifier: { pattern: '00020036', vr: 'OB', vm: '1', retired: false },
  RTVFlowRTPSamplingRate: { pattern: '00020037', vr: 'UL', vm: '1', retired: false },
  RTVFlowActualFrameDuration: { pattern: '00020038', vr: 'FD', vm: '1', retired: false },
  // Table 6-1, real-time video.
  CurrentFrameFunctionalGroupsSequence: { pattern: '00060001', vr: 'SQ', vm: '1', retired: false },
}

/** Keywords a source misspells. */
const spellings: Record<string, string> = {
  NumbeOfTableColumns: 'NumberOfTableColumns',
  NumberofBscansPerFrame: 'NumberOfBscansPerFrame',
  ThreatDetectionAlgorithmandVersion: 'ThreatDetectionAlgorithmAndVersion',
}

/** Attributes whose multiplicity was widened after 2019e. */
const widened: Record<string, string> = {
  ImageQualityIndicatorType: '1-n', ImageQualityIndicatorMaterial: '1-n', ImageQualityIndicatorSize: '1-n', SegmentAlgorithmName: '1-n',
}

/** Attributes retired after 2019e. */
const sinceRetired = new Set([
  'EstimatedDoseSaving', 'ReferencedImageNavigationSequence', 'TopLeftHandCornerOfLocalizerArea', 'BottomRightHandCornerOfLocalizerArea',
  'ContourSlabThickness', 'ContourOffsetVector', 'AttachedContours', 'TreatmentSites', 'ReferencedRTPatientSetupSequence', 'PatientSetupUID',
])

function attributeRows(): Map<string, Row> {
  const rows = new Map<string, Row>()
  const seen = new Set<string>()
  const add = (name: string, row: Row): void => {
    const keyword = spellings[name] ?? name
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(keyword) || seen.has(row.pattern) || rows.has(keyword)) return
    seen.add(row.pattern)
    rows.set(keyword, { ...row, vm: widened[keyword] ?? row.vm, retired: row.retired || sinceRetired.has(keyword) })
  }
  for (const [keyword, row] of Object.entries(corrections)) add(keyword, row)
  for (const element of Object.values(olderDictionary.elements)) {
    const vr = element.vr.startsWith('See Note') ? '' : element.vr.split(' or ').join('|')
    add(element.keyword, { pattern: pattern(element.tag), vr, vm: element.vm.split(' or ')[0] ?? '1', retired: element.isRetired })
  }
  for (const [tag, element] of Object.entries(newerDictionary)) {
    if (!/^\([0-9A-F]{4},[0-9A-F]{4}\)$/i.test(tag) || !element.version.startsWith('DICOM')) continue
    const row = pattern(tag)
    // One group of a repeating group: its pattern is there already.
    if (/^(50|60)/.test(row)) continue
    const retired = element.name.startsWith('RETIRED_') || element.version.includes('retired')
    add(element.name.replace('RETIRED_', ''), { pattern: row, vr: choices[element.vr] ?? element.vr, vm: element.vm, retired })
  }
  return rows
}

function pattern(tag: string): string {
  return tag.replace(/[(),]/g, '').toUpperCase().replaceAll('X', 'x')
}

/** The text of dictionary.generated.ts: one property per keyword, `GGGGEEEE VR VM[ R]`. */
export function dictionaryText(): string {
  const lines = [...attributeRows()]
    .sort(([, a], [, b]) => (a.pattern < b.pattern ? -1 : 1))
    .map(([keyword, row]) => `${keyword}:'${row.pattern} ${row.vr} ${row.vm}${row.retired ? ' R' : ''}',`)
  return [command, '/** PS3.6 Tables 6-1, 7-1, 8-1 and PS3.7 Table E: keyword to tag, value representations, multiplicity, R when retired. */',
    'export const attributesByKeyword = {', ...lines, '}', ''].join('\n')
}

/** The text of uids.generated.ts: SOP classes and transfer syntaxes of PS3.6 Table A-1. */
export function uidsText(): string {
  const rows = readFileSync(new URL('./ps3-6-table-a-1.tsv', import.meta.url), 'utf8').trim().split('\n').slice(1)
  const lines = rows.map((row) => {
    const [uid, keyword, type, retired, name] = row.split('\t')
    return `['${uid}','${keyword}','${type}',${retired === 'retired'},'${name}'],`
  })
  return [command, '/** PS3.6 Table A-1: UID, keyword, type, whether retired, name. */',
    "export const registeredUIDs: readonly (readonly [uid: string, keyword: string, type: 'SOP Class' | 'Transfer Syntax', retired: boolean, name: string])[] = [",
    ...lines, ']', ''].join('\n')
}

if (import.meta.main) {
  writeFileSync(new URL('../src/dictionary.generated.ts', import.meta.url), dictionaryText())
  writeFileSync(new URL('../src/uids.generated.ts', import.meta.url), uidsText())
}
