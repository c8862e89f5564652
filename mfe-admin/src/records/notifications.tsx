import { notificationRules } from '@isocenter/api-client'
import type { NotificationDelivery, NotificationRule, NotificationWebhookSecret } from '@isocenter/contracts'
import { EmptyState, FormDrawer, Loaded, Page, useAction, useConfirm, useLanguage, usePages, useResource } from '@isocenter/design-system'
import { App, Button, Card, Form, Input, Tabs, Tag } from 'antd'
import { ApiProblem } from '@isocenter/api-client'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Facts } from '../parts/facts.tsx'
import { SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { usePermissionWords } from '../parts/permission-words.ts'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { NotificationRuleForm } from './notification-rule-form.tsx'
import { useRecordWords } from './words.ts'

const tabs = ['rules', 'deliveries', 'webhook'] as const
const deliveryStates = ['waiting', 'delivered', 'kept', 'dead'] as const
const deliveryColours: Readonly<Record<(typeof deliveryStates)[number], string>> = { waiting: 'processing', delivered: 'success', kept: 'default', dead: 'error' }

/** Whom the organisation tells of what, and what became of it (ADM-16). */
export function Notifications() {
  const words = useRecordWords()
  const filters = useFilters()
  return (
    <Page title={words.rules} intro={words.rulesIntro}>
      <Card className="tab-card">
        <Tabs
          activeKey={filters.oneOf('tab', tabs) ?? 'rules'} destroyOnHidden onChange={(tab) => { filters.set({ tab, state: '' }) }}
          items={tabs.map((key) => ({ key, label: words.ruleTabs[key], children: key === 'rules' ? <Rules /> : key === 'deliveries' ? <Deliveries /> : <Webhook /> }))}
        />
      </Card>
    </Page>
  )
}

function Rules() {
  const words = useRecordWords()
  const common = useCommonWords()
  const { language } = useLanguage()
  const { allows } = usePermissionWords()
  const { api } = useAdmin()
  const { message } = App.useApp()
  const { run, isBusy } = useAction()
  const formats = useLanguage().formats
  const [edited, setEdited] = useState<NotificationRule['event']>()
  const list = useResource(`rules ${language}`, (signal) => notificationRules(api).list({ language }, signal))
  const test = (rule: NotificationRule) => run(async () => {
    const { results } = await notificationRules(api).test(rule.event)
    const told = results.map(({ method, outcome }) => `${words.methodNames[method]}: ${words.testOutcomes[outcome] ?? outcome}`)
    void message.info(`${words.tested}: ${rule.title}. ${formats.list(told)}`, 8)
  })
  const columns: Column<NotificationRule>[] = [
    { key: 'event', title: words.event, isMain: true, cell: ({ title, isDefault, isOn, recipients }) => (
      <>
        <span className="state-line"><strong>{title}</strong>{!isOn && <Tag color="warning">{words.off}</Tag>}{!isDefault && <Tag color="processing">{words.changedRule}</Tag>}</span>
        <span className="hint small block">{recipients.kind === 'account' || recipients.permission === undefined ? words.toAccount : words.toPermission(allows(recipients.permission))}</span>
      </>
    ) },
    { key: 'methods', title: words.methods, cell: ({ methods }) => <span className="tag-list">{methods.map((method) => <Tag key={method}>{words.methodNames[method]}</Tag>)}</span> },
    {
      key: 'timing',
      title: words.timing,
      cell: ({ timing: { digestAt, quiet } }) => [
        digestAt === undefined ? words.atOnce : words.digest(digestAt),
        quiet && words.quiet(quiet.from, quiet.to),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
    },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (rule) => (
        <span className="row-actions">
          <Button size="small" aria-label={`${common.edit}: ${rule.title}`} onClick={() => { setEdited(rule.event) }}>{common.edit}</Button>
          <Button size="small" loading={isBusy} aria-label={`${words.test}: ${rule.title}`} onClick={() => void test(rule)}>{words.test}</Button>
        </span>
      ),
    },
  ]
  const shown = list.value?.items.find(({ event }) => event === edited)
  return (
    <>
      <Loaded resource={list}>{({ items }) => <DataTable label={words.rules} items={items} columns={columns} rowKey={({ event }) => event} />}</Loaded>
      {shown && <NotificationRuleForm rule={shown} installed={list.value?.installed ?? []} onClose={() => { setEdited(undefined) }} onChanged={list.reload} />}
    </>
  )
}

/** Messages on their way, and those given up; never what they say. */
function Deliveries() {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats, language } = useLanguage()
  const { api } = useAdmin()
  const filters = useFilters()
  const { run, isBusy } = useAction()
  const state = filters.oneOf('state', deliveryStates)
  const titles = useResource(`rules ${language}`, (signal) => notificationRules(api).list({ language }, signal))
  const pages = usePages(state ?? 'all', (cursor, signal) => notificationRules(api).deliveries({ ...(state && { state }), ...(cursor !== undefined && { cursor }) }, signal))
  const titleOf = (event: NotificationDelivery['event']) => titles.value?.items.find((rule) => rule.event === event)?.title ?? event
  const columns: Column<NotificationDelivery>[] = [
    { key: 'event', title: words.event, isMain: true, cell: ({ event }) => <strong>{titleOf(event)}</strong> },
    { key: 'method', title: words.methods, cell: ({ method }) => words.methodNames[method] },
    { key: 'recipient', title: words.recipient, cell: ({ recipient }) => recipient },
    {
      key: 'state',
      title: words.deliveryState,
      cell: ({ state: is, failure }) => (
        <>
          <Tag color={deliveryColours[is]}>{words.deliveryStates[is]}</Tag>
          {failure !== undefined && <span className="hint small block">{failure}</span>}
        </>
      ),
    },
    { key: 'attempts', title: words.attempts, isNumber: true, cell: ({ attempts }) => formats.number(attempts) },
    { key: 'created', title: words.created, isWhole: true, cell: ({ createdAt }) => formats.moment(createdAt) },
    {
      key: 'actions',
      title: common.actions,
      isActions: true,
      cell: ({ deliveryId, state: is, event }) => is === 'dead' && (
        <Button
          size="small"
          loading={isBusy}
          aria-label={`${words.again}: ${titleOf(event)}`}
          onClick={() => void run(() => notificationRules(api).deliverAgain(deliveryId), { done: words.againDone }).then(pages.reload)}
        >
          {words.again}
        </Button>
      ),
    },
  ]
  return (
    <>
      <div className="filters list-filters">
        <SelectFilter
          filters={filters}
          name="state"
          label={words.deliveryState}
          options={deliveryStates.map((value) => ({ value, label: words.deliveryStates[value] ?? value }))}
        />
      </div>
      <Listing
        pages={pages}
        isFiltered={filters.isFiltered}
        onUnfilter={() => { filters.set({ state: '' }) }}
        empty={words.noDeliveries}
        emptyHint={words.noDeliveriesHint}
      >
        {(items) => <DataTable label={words.ruleTabs['deliveries'] ?? ''} items={items} columns={columns} rowKey={({ deliveryId }) => deliveryId} />}
      </Listing>
    </>
  )
}

/** The organisation's own program that is told. */
function Webhook() {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [isSetting, setSetting] = useState(false)
  const [made, setMade] = useState<NotificationWebhookSecret>()
  const webhook = useResource('webhook', async (signal) => {
    try {
      return { set: await notificationRules(api).webhook(signal) }
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'no-webhook') return { set: undefined }
      throw error
    }
  })
  const remove = async () => {
    if (await confirm({ title: words.removeWebhookTitle, hint: words.removeWebhookHint, action: words.removeWebhook })) await run(() => notificationRules(api).removeWebhook()).then(webhook.reload)
  }
  const set = <Button type="primary" onClick={() => { setSetting(true) }}>{words.setWebhook}</Button>
  return (
    <>
      <p className="hint">{words.webhookHint}</p>
      <Loaded resource={webhook}>{({ set: there }) => there === undefined ? <EmptyState title={words.noWebhook} action={set} /> : (
        <>
          <Facts of={[[words.webhookUrl, <span key="url" className="mono">{there.url}</span>], [words.created, formats.moment(there.changedAt)]]} />
          <div className="card-actions">{set}<Button danger loading={isBusy} onClick={() => void remove()}>{words.removeWebhook}</Button></div>
        </>
      )}</Loaded>
      {isSetting && (
        <FormDrawer<{ readonly url: string }>
          title={words.setWebhook} initialValues={{ url: webhook.value?.set?.url ?? '' }} doneText={words.webhookSet} onClose={() => { setSetting(false) }} problemFields={{ 'invalid-webhook': 'url' }}
          onSubmit={async ({ url }) => {
            setMade(await notificationRules(api).setWebhook(url.trim()))
            webhook.reload()
          }}
        >
          <p className="hint">{words.webhookHint}</p>
          <Form.Item name="url" label={words.webhookUrl} rules={[{ required: true, pattern: /^https?:\/\/./, message: words.wrongUrl }]}><Input type="url" autoFocus maxLength={1000} /></Form.Item>
        </FormDrawer>
      )}
      {made && <ShownOnce title={words.webhook} hint={words.webhookSecretHint} secrets={[{ label: words.webhookSecret, value: made.secret }]} onClose={() => { setMade(undefined) }} />}
    </>
  )
}
