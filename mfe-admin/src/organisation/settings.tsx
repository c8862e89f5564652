import { hospitalPairings, organisationRecord } from '@isocenter/api-client'
import type { FilmPatch, HospitalPatch, HospitalSettings, OrganisationDetail } from '@isocenter/contracts'
import { Loaded, Page, useAction, useResource, useUnsavedForm } from '@isocenter/design-system'
import { Button, Card, Form, InputNumber, Select, Switch, Tag } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { Facts } from '../parts/facts.tsx'
import { PictureField } from '../parts/picture-field.tsx'
import { SwitchSetting } from '../parts/switch-setting.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { RecordForm } from './record-form.tsx'
import { SignInRulesCard } from './sign-in-rules-card.tsx'
import { UploadCodeCard } from './upload-code-card.tsx'
import { useOrganisationWords } from './words.ts'

/** Record and settings of a hospital or a team (ORG-02, ORG-04 to ORG-07, ORG-16, ORG-17, ORG-32, ADM-02, ADM-04, ADM-23). */
export function Settings() {
  const words = useOrganisationWords()
  const { api, may } = useAdmin()
  const record = useResource('organisation', (signal) => organisationRecord(api).find(signal))
  return (
    <Page title={words.settings} intro={words.settingsIntro}>
      <Loaded resource={record}>{(organisation) => (
        <>
          <RecordCard organisation={organisation} onChanged={record.reload} />
          <div className="two-columns">
            <LogoCard organisation={organisation} onChanged={record.reload} />
            {organisation.hospital && <SignatureCard organisation={organisation} hospital={organisation.hospital} onChanged={record.reload} />}
            {organisation.hospital && <AutomaticCard organisation={organisation} hospital={organisation.hospital} onChanged={record.reload} />}
            {organisation.hospital && <FilmCard organisation={organisation} hospital={organisation.hospital} onChanged={record.reload} />}
            {organisation.kind === 'hospital' && may('gateway.manage') && <UploadCodeCard />}
            {may('org.sign_in') && <SignInRulesCard />}
          </div>
        </>
      )}</Loaded>
    </Page>
  )
}

interface CardProps { readonly organisation: OrganisationDetail; readonly onChanged: () => void }
interface HospitalCardProps extends CardProps { readonly hospital: HospitalSettings }

function RecordCard({ organisation, onChanged }: CardProps) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { number, owner, modules } = organisation
  return (
    <Card title={<h2 className="card-title">{words.record}</h2>}>
      <Facts of={[
        [words.number, <strong key="number" className="mono">{number}</strong>], [words.owner, owner && `${owner.name} (${owner.number})`],
        [words.modules, <span key="modules" className="tag-list">{modules.length === 0 ? words.noModules : modules.map((module) => <Tag key={module}>{common.modules[module]}</Tag>)}</span>],
      ]} />
      <p className="hint small">{words.numberHint} {words.modulesHint}</p>
      <RecordForm key={organisation.version} organisation={organisation} onChanged={onChanged} />
    </Card>
  )
}

function LogoCard({ organisation: { kind, hasLogo, actions }, onChanged }: CardProps) {
  const words = useOrganisationWords()
  const { api } = useAdmin()
  const of = kind === 'team' ? 'team' : 'hospital'
  const record = organisationRecord(api)
  return (
    <Card title={<h2 className="card-title">{words.logo}</h2>}>
      <p className="hint">{words.logoHint}</p>
      <PictureField
        name={words.logo}
        isThere={hasLogo}
        isReadOnly={!actions.includes('edit')}
        load={(signal) => record.picture('logo', signal)}
        onPut={(picture) => record.putPicture(of, 'logo', picture).then(onChanged)}
        onRemove={() => record.removePicture(of, 'logo').then(onChanged)}
      />
    </Card>
  )
}

function SignatureCard({ organisation: { version, actions }, hospital: { hasSignature, isSignatureFixed }, onChanged }: HospitalCardProps) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const record = organisationRecord(api)
  const mayEdit = actions.includes('edit')
  return (
    <Card title={<h2 className="card-title">{words.signature}</h2>}>
      <p className="hint">{words.signatureHint}</p>
      <PictureField
        name={words.signature}
        isThere={hasSignature}
        isReadOnly={!mayEdit}
        load={(signal) => record.picture('signature', signal)}
        onPut={(picture) => record.putPicture('hospital', 'signature', picture).then(onChanged)}
        onRemove={() => record.removePicture('hospital', 'signature').then(onChanged)}
      />
      <div className="after-picture">
        <SwitchSetting
          title={words.signatureFixed} hint={words.signatureFixedHint} isOn={isSignatureFixed} isDisabled={!mayEdit || !hasSignature} isBusy={isBusy}
          onSwitch={(isOn) => void run(() => changing(() => record.changeHospital({ isSignatureFixed: isOn }, version), onChanged), { done: common.saved }).then(onChanged)}
        />
      </div>
    </Card>
  )
}

function AutomaticCard({ organisation: { version, actions }, hospital, onChanged }: HospitalCardProps) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { api, may } = useAdmin()
  const { run, isBusy } = useAction()
  const mayEdit = actions.includes('edit')
  const teams = useResource(mayEdit && may('org.pairing') ? 'teams' : undefined, (signal) => hospitalPairings(api).list({ state: 'paired', limit: 200 }, signal))
  const { onValuesChange, saved } = useUnsavedForm()
  const taking = (teams.value?.items ?? []).filter(({ takesOrders }) => takesOrders).map(({ team }) => team)
  const known = hospital.automaticTeam && !taking.some(({ organisationId }) => organisationId === hospital.automaticTeam?.organisationId) ? [hospital.automaticTeam, ...taking] : taking
  const save = async (patch: HospitalPatch) => {
    if (await run(() => changing(() => organisationRecord(api).changeHospital(patch, version), onChanged), { done: common.saved })) saved()
    onChanged()
  }
  return (
    <Card title={<h2 className="card-title">{words.automatic}</h2>}>
      <Form<Pick<HospitalPatch, 'requestsAutomatically' | 'automaticTeamId' | 'automaticWaitMinutes'>>
        key={version} layout="vertical" disabled={!mayEdit} requiredMark="optional" onValuesChange={onValuesChange} onFinish={({ automaticTeamId = '', ...values }) => void save({ ...values, automaticTeamId })}
        initialValues={{
          requestsAutomatically: hospital.requestsAutomatically,
          automaticWaitMinutes: hospital.automaticWaitMinutes,
          ...(hospital.automaticTeam && { automaticTeamId: hospital.automaticTeam.organisationId }),
        }}
      >
        <Form.Item required name="requestsAutomatically" label={words.automaticOn} valuePropName="checked" extra={words.automaticOnHint}><Switch /></Form.Item>
        <Form.Item name="automaticTeamId" label={words.automaticTeam} extra={words.automaticTeamHint}>
          <Select
            allowClear
            loading={teams.isLoading}
            options={known.map(({ organisationId, name, number }) => ({ value: organisationId, label: `${name} (${number})` }))}
          />
        </Form.Item>
        <Form.Item
          name="automaticWaitMinutes"
          label={words.automaticWait}
          extra={words.automaticWaitHint}
          rules={[{ required: true, type: 'integer', min: 1, max: 1440, message: words.missingWait }]}
        >
          <InputNumber min={1} max={1440} precision={0} />
        </Form.Item>
        {mayEdit && <Button htmlType="submit" type="primary" loading={isBusy}>{common.save}</Button>}
      </Form>
    </Card>
  )
}

function FilmCard({ organisation: { version, actions }, hospital: { hasElectronicFilm, allowsPatientDownload }, onChanged }: HospitalCardProps) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const isDisabled = !actions.includes('setFilm')
  const change = (patch: FilmPatch) => void run(() => changing(() => organisationRecord(api).changeFilm(patch, version), onChanged), { done: common.saved }).then(onChanged)
  return (
    <Card title={<h2 className="card-title">{words.patients}</h2>}>
      <SwitchSetting title={words.film} hint={words.filmHint} isOn={hasElectronicFilm} isDisabled={isDisabled} isBusy={isBusy} onSwitch={(isOn) => { change({ hasElectronicFilm: isOn }) }} />
      <SwitchSetting title={words.download} hint={words.downloadHint} isOn={allowsPatientDownload} isDisabled={isDisabled} isBusy={isBusy} onSwitch={(isOn) => { change({ allowsPatientDownload: isOn }) }} />
    </Card>
  )
}
