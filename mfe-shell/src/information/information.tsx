import { organisationRecord, session } from '@isocenter/api-client'
import { hospitalCodeText, managementPagesOf, type OrganisationDetail } from '@isocenter/contracts'
import { DeniedState, follow, Loaded, Page, useLanguage, usePicture, useResource } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import type { ReactNode } from 'react'
import { useMembership } from '../session/use-session.ts'
import { useInformationWords } from './words.ts'

/** The record of a hospital, a team or another organisation, to be read by every member (ORG-03, ORG-16, ADM-02, PC-01). */
export function Information() {
  const words = useInformationWords()
  const membership = useMembership()
  if (!membership) return <Page title={words.title}><DeniedState detail={words.noMember} /></Page>
  const { organisation: { organisationId }, permissions } = membership
  const settings = `/o/${organisationId}/admin/settings`
  return (
    <Page
      title={words.title} intro={words.editing}
      actions={managementPagesOf(permissions).includes('settings') && <div className="page-actions"><Button href={settings} onClick={(event) => { follow(event, settings) }}>{words.toSettings}</Button></div>}
    >
      <Content key={organisationId} organisationId={organisationId} />
    </Page>
  )
}

function Content({ organisationId }: { readonly organisationId: string }) {
  const record = useResource(organisationId, (signal) => organisationRecord(session.api.of(organisationId)).find(signal))
  return <Loaded resource={record}>{(organisation) => <Card><Facts organisation={organisation} /></Card>}</Loaded>
}

function Facts({ organisation }: { readonly organisation: OrganisationDetail }) {
  const words = useInformationWords()
  const { language } = useLanguage()
  const { number, name, introduction, timeZone, owner, modules, hasLogo, hospital, kind } = organisation
  const code = (value: string | undefined) => value !== undefined && hospitalCodeText(value, language)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.number, <span key="number" className="mono">{number}</span>],
    [words.name, <strong key="name">{name}</strong>],
    ...(hospital === undefined ? [] : [
      [words.level, code(hospital.level)], [words.type, code(hospital.type)], [words.region, [hospital.province, hospital.city].filter(Boolean).join(' · ')], [words.address, hospital.streetAddress],
    ] as const),
    ...(owner === undefined ? [] : [[words.owner, `${owner.name} (${owner.number})`] as const]),
    [words.timeZone, timeZone],
    [words.introduction, introduction !== '' && <span key="introduction" className="free-text">{introduction}</span>],
    ...(kind === 'hospital' ? [[words.uploadCode, <span key="code"><span aria-hidden className="mono">•••••••• </span><span className="hint">{words.uploadCodeHidden}</span></span>] as const] : []),
    [words.modules, modules.length === 0 ? words.noModules : <span key="modules" className="tag-list">{modules.map((module) => <Tag key={module}>{words.moduleNames[module]}</Tag>)}</span>],
  ]
  return (
    <>
      {hasLogo && <Logo organisation={organisation} />}
      <dl className="facts">{facts.map(([title, value]) => [<dt key={`${title}:`}>{title}</dt>, <dd key={title}>{value === undefined || value === '' || value === false ? <span className="hint">{words.none}</span> : value}</dd>])}</dl>
    </>
  )
}

function Logo({ organisation: { organisationId, name } }: { readonly organisation: OrganisationDetail }) {
  const words = useInformationWords()
  const url = usePicture(`logo ${organisationId}`, (signal) => organisationRecord(session.api.of(organisationId)).picture('logo', signal))
  return url === undefined ? null : <p><img src={url} alt={words.logoOf(name)} className="organisation-logo" /></p>
}
