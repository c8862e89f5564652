/** An organisation as those manage it who may: record, people, roles, departments, devices, pairings, and the organisations below it. */
import type {
  ConsortiumHospitalRequest, Department, DepartmentList, DepartmentPatch, DepartmentRequest, Device, DevicePage, DevicePatch, DeviceRequest,
  DeviceType, DeviceTypeList, DeviceTypePatch, DeviceTypeRequest, DoctorFeeList, DoctorFeeRequest, FilmPatch, HospitalPatch, HospitalRequest,
  InvitationMade, InvitationPage, InvitationRequest, MemberCreation, MemberDetail, MemberPage, MemberPatch, MemberQuery, MemberRequest,
  OrganisationBelow, OrganisationDetail, OrganisationKind, OrganisationMaking, OrganisationModule,
  OrganisationPage, OrganisationPatch, OrganisationRequest, PageQuery, Pairing, PairingPage, PairingQuery, PermissionList, Role, RoleList, RolePatch, RoleRequest, SignInRules, TeamPatch,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

type Picture = 'logo' | 'signature'

/** The organisation a client asks for: its record. Changes name the version they are based on. */
export const organisationRecord = (api: ApiClient) => ({
  find: (signal?: AbortSignal) => api.request<OrganisationDetail>('GET', '/organisation', { signal }),
  changeHospital: (body: HospitalPatch, version: number) => api.request<OrganisationDetail>('PATCH', '/hospital', { body, ifMatch: version }),
  changeFilm: (body: FilmPatch, version: number) => api.request<OrganisationDetail>('PATCH', '/hospital/film', { body, ifMatch: version }),
  signInRules: (signal?: AbortSignal) => api.request<SignInRules>('GET', '/organisation/sign-in-rules', { signal }),
  putSignInRules: (body: SignInRules) => api.request<SignInRules>('PUT', '/organisation/sign-in-rules', { body }),
  changeTeam: (body: TeamPatch, version: number) => api.request<OrganisationDetail>('PATCH', '/team', { body, ifMatch: version }),
  picture: (purpose: Picture, signal?: AbortSignal) => api.request<Blob>('GET', `/organisation/${purpose}`, { answer: 'blob', signal }),
  /** PNG, JPEG or WebP. Teams have a logo, hospitals a signature too. */
  putPicture: (of: 'hospital' | 'team', purpose: Picture, picture: Blob) => api.request('PUT', `/${of}/${purpose}`, { body: picture }),
  removePicture: (of: 'hospital' | 'team', purpose: Picture) => api.request('DELETE', `/${of}/${purpose}`),
})

export const members = (api: ApiClient) => ({
  list: (query: MemberQuery & PageQuery = {}, signal?: AbortSignal) => api.request<MemberPage>('GET', '/members', { query, signal }),
  find: (membershipId: string, signal?: AbortSignal) => api.request<MemberDetail>('GET', `/members/${part(membershipId)}`, { signal }),
  /** The answer is the only one that tells a new account's password. */
  create: (body: MemberRequest) => api.request<MemberCreation>('POST', '/members', { body }),
  change: (membershipId: string, body: MemberPatch, version: number) => api.request<MemberDetail>('PATCH', `/members/${part(membershipId)}`, { body, ifMatch: version }),
  suspend: (membershipId: string) => api.request('POST', `/members/${part(membershipId)}/suspension`),
  reinstate: (membershipId: string) => api.request('POST', `/members/${part(membershipId)}/reinstatement`),
  remove: (membershipId: string) => api.request('DELETE', `/members/${part(membershipId)}`),

  invitations: (query: PageQuery = {}, signal?: AbortSignal) => api.request<InvitationPage>('GET', '/invitations', { query, signal }),
  invite: (body: InvitationRequest) => api.request<InvitationMade>('POST', '/invitations', { body }),
  inviteAgain: (invitationId: string) => api.request<InvitationMade>('POST', `/invitations/${part(invitationId)}/renewal`),
  withdrawInvitation: (invitationId: string) => api.request('DELETE', `/invitations/${part(invitationId)}`),
})

export const roles = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<RoleList>('GET', '/roles', { signal }),
  /** What roles of this organisation can be given. */
  permissions: (signal?: AbortSignal) => api.request<PermissionList>('GET', '/permissions', { signal }),
  create: (body: RoleRequest) => api.request<Role>('POST', '/roles', { body }),
  change: (roleId: string, body: RolePatch, version: number) => api.request<Role>('PATCH', `/roles/${part(roleId)}`, { body, ifMatch: version }),
  /** @param replacementId role its members get; needed while it has any */
  remove: (roleId: string, replacementId?: string) => api.request('DELETE', `/roles/${part(roleId)}`, { query: { replacementId } }),
})

export const departments = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<DepartmentList>('GET', '/departments', { signal }),
  create: (body: DepartmentRequest) => api.request<Department>('POST', '/departments', { body }),
  change: (departmentId: string, body: DepartmentPatch, version: number) => api.request<Department>('PATCH', `/departments/${part(departmentId)}`, { body, ifMatch: version }),
  remove: (departmentId: string) => api.request('DELETE', `/departments/${part(departmentId)}`),
})

export const devices = (api: ApiClient) => ({
  list: (query: PageQuery = {}, signal?: AbortSignal) => api.request<DevicePage>('GET', '/devices', { query, signal }),
  find: (deviceId: string, signal?: AbortSignal) => api.request<Device>('GET', `/devices/${part(deviceId)}`, { signal }),
  create: (body: DeviceRequest) => api.request<Device>('POST', '/devices', { body }),
  change: (deviceId: string, body: DevicePatch, version: number) => api.request<Device>('PATCH', `/devices/${part(deviceId)}`, { body, ifMatch: version }),
})

/** Types of devices and the modalities they stand for. */
export const deviceTypes = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<DeviceTypeList>('GET', '/device-types', { signal }),
  create: (body: DeviceTypeRequest) => api.request<DeviceType>('POST', '/device-types', { body }),
  change: (code: string, body: DeviceTypePatch, version: number) => api.request<DeviceType>('PATCH', `/device-types/${part(code)}`, { body, ifMatch: version }),
  remove: (code: string) => api.request('DELETE', `/device-types/${part(code)}`),
})

/** Pairings as a hospital has them. */
export const hospitalPairings = (api: ApiClient) => ({
  list: (query: PairingQuery & PageQuery = {}, signal?: AbortSignal) => api.request<PairingPage>('GET', '/pairings', { query, signal }),
  find: (pairingId: string, signal?: AbortSignal) => api.request<Pairing>('GET', `/pairings/${part(pairingId)}`, { signal }),
  invite: (teamNumber: string) => api.request<Pairing>('POST', '/pairings', { body: { teamNumber } }),
  inviteAgain: (pairingId: string) => api.request<Pairing>('POST', `/pairings/${part(pairingId)}/renewal`),
  remove: (pairingId: string) => api.request('DELETE', `/pairings/${part(pairingId)}`),
})

/** Pairings as a diagnosis team has them. */
export const teamPairings = (api: ApiClient) => ({
  list: (query: PairingQuery & PageQuery = {}, signal?: AbortSignal) => api.request<PairingPage>('GET', '/team/pairings', { query, signal }),
  find: (pairingId: string, signal?: AbortSignal) => api.request<Pairing>('GET', `/team/pairings/${part(pairingId)}`, { signal }),
  agree: (pairingId: string) => api.request<Pairing>('POST', `/team/pairings/${part(pairingId)}/agreement`),
  decline: (pairingId: string, reason?: string) => api.request<Pairing>('POST', `/team/pairings/${part(pairingId)}/declination`, { body: { ...(reason !== undefined && { reason }) } }),
  takeOrders: (pairingId: string, takesOrders: boolean) => api.request<Pairing>('PUT', `/team/pairings/${part(pairingId)}/order-taking`, { body: { takesOrders } }),
  signature: (pairingId: string, signal?: AbortSignal) => api.request<Blob>('GET', `/team/pairings/${part(pairingId)}/signature`, { answer: 'blob', signal }),
  putSignature: (pairingId: string, picture: Blob) => api.request<Pairing>('PUT', `/team/pairings/${part(pairingId)}/signature`, { body: picture }),
  fixSignature: (pairingId: string, isSignatureFixed: boolean) => api.request<Pairing>('PUT', `/team/pairings/${part(pairingId)}/signature/fixing`, { body: { isSignatureFixed } }),
  fees: (pairingId: string, signal?: AbortSignal) => api.request<DoctorFeeList>('GET', `/team/pairings/${part(pairingId)}/fees`, { signal }),
  setFee: (pairingId: string, body: DoctorFeeRequest) => api.request<DoctorFeeList>('POST', `/team/pairings/${part(pairingId)}/fees`, { body }),
})

type BelowQuery = PageQuery & { readonly kind?: OrganisationKind; readonly search?: string }

/** Hospitals of a consortium. */
export const consortiumHospitals = (api: ApiClient) => ({
  list: (query: BelowQuery = {}, signal?: AbortSignal) => api.request<OrganisationPage>('GET', '/consortium/hospitals', { query, signal }),
  /** The answer is the only one that tells the administrator's password. */
  create: (body: HospitalRequest) => api.request<OrganisationMaking>('POST', '/consortium/hospitals', { body }),
  switchModules: (organisationId: string, modules: readonly OrganisationModule[]) => api.request<OrganisationBelow>('PUT', `/consortium/hospitals/${part(organisationId)}/modules`, { body: { modules } }),
})

/** Every organisation of the installation, for its operator. */
export const operatorOrganisations = (api: ApiClient) => ({
  list: (query: BelowQuery = {}, signal?: AbortSignal) => api.request<OrganisationPage>('GET', '/operator/organisations', { query, signal }),
  /** The answer is the only one that tells the administrator's password. */
  create: (body: OrganisationRequest) => api.request<OrganisationMaking>('POST', '/operator/organisations', { body }),
  change: (organisationId: string, body: OrganisationPatch) => api.request<OrganisationBelow>('PATCH', `/operator/organisations/${part(organisationId)}`, { body }),
  switchModules: (organisationId: string, modules: readonly OrganisationModule[]) => api.request<OrganisationBelow>('PUT', `/operator/organisations/${part(organisationId)}/modules`, { body: { modules } }),
  putIntoConsortium: (consortiumId: string, hospitalId: string, body: ConsortiumHospitalRequest) => api.request('PUT', `/operator/consortia/${part(consortiumId)}/hospitals/${part(hospitalId)}`, { body }),
  takeFromConsortium: (consortiumId: string, hospitalId: string) => api.request('DELETE', `/operator/consortia/${part(consortiumId)}/hospitals/${part(hospitalId)}`),
})
