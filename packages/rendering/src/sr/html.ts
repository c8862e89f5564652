/** A structured report as a page (PS3.18 §8.7.4): well-formed as XML too, so that it is served as text/html and as text/xml. */
import { describeReference, type ContentNode, type InstanceReference, type ReportContent } from './content-tree.ts'

/** URL of a referenced instance; undefined where it is not known where it is. */
export type LinkTo = (reference: InstanceReference) => string | undefined

const style = 'body{font-family:system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.4}'
  + 'dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}dt{font-weight:600}dd{margin:0}ul{padding-left:1.2em}'
  + '.name{font-weight:600}.relation{color:#666;font-size:.85em}.text{white-space:pre-wrap}'

/** Text from the report is escaped wherever it stands; the page holds no script. */
export function reportHtml({ title, header, root }: ReportContent, linkTo: LinkTo): string {
  const terms = header.map(([label, value]) => `<dt>${escapeXml(label)}</dt><dd>${escapeXml(value)}</dd>`).join('')
  return '<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>'
    + `<title>${escapeXml(title)}</title><style>${style}</style></head><body><h1>${escapeXml(title)}</h1><dl>${terms}</dl>`
    + `${childrenHtml(root, 2, linkTo)}</body></html>\n`
}

/** Leaves side by side are a list, containers are sections with a heading. */
function childrenHtml({ children }: ContentNode, level: number, linkTo: LinkTo): string {
  let html = ''
  let list = ''
  for (const child of children) {
    if (isSection(child)) {
      html += asList(list) + sectionHtml(child, level, linkTo)
      list = ''
    } else {
      list += `<li>${leafHtml(child, linkTo)}${childrenHtml(child, level, linkTo)}</li>`
    }
  }
  return html + asList(list)
}

const asList = (items: string) => (items === '' ? '' : `<ul>${items}</ul>`)
const isSection = ({ valueType, relationship }: ContentNode) => valueType === 'CONTAINER' && relationship === 'CONTAINS'

function sectionHtml(node: ContentNode, level: number, linkTo: LinkTo): string {
  const heading = node.name === undefined ? '' : `<h${Math.min(level, 6)}>${escapeXml(node.name)}</h${Math.min(level, 6)}>`
  return `<section>${heading}${childrenHtml(node, level + 1, linkTo)}</section>`
}

function leafHtml(node: ContentNode, linkTo: LinkTo): string {
  const relation = node.relationship === undefined || node.relationship === 'CONTAINS' ? '' : `<span class="relation">${escapeXml(node.relationship.toLowerCase())} </span>`
  const name = node.name === undefined ? '' : `<span class="name">${escapeXml(node.name)}</span>`
  const value = node.value === undefined ? '' : `<span class="text">${escapeXml(node.value)}</span>`
  const reference = node.reference ? referenceHtml(node.reference, linkTo) : ''
  const content = [value, reference].filter((part) => part !== '').join(' ')
  return relation + [name, content].filter((part) => part !== '').join(': ')
}

function referenceHtml(reference: InstanceReference, linkTo: LinkTo): string {
  const href = linkTo(reference)
  const text = escapeXml(describeReference(reference))
  return href === undefined ? `${text} (${escapeXml(reference.SOPInstanceUID)})` : `<a href="${escapeXml(href)}">${text}</a>`
}

/** Characters XML cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe-\uffff]/g, '\ufffd').toWellFormed()
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
