import type { CredentialKind, CredentialState, InvitationState } from '@isocenter/contracts'
import { useRoleName as useNameOfBuiltIn, useWords } from '@isocenter/design-system'

const en = {
  members: 'Members', membersIntro: 'Who belongs to the organisation, with which role.', addMember: 'Add a member', invite: 'Invite', searchHint: 'Name, or phone from four digits on',
  noMembers: 'No members yet', noMembersHint: 'Add somebody who is new, or invite somebody who has an account already.',
  person: 'Person', phone: 'Phone', role: 'Role', department: 'Department', documents: 'Documents', joined: 'Member since', gender: 'Gender', email: 'E-mail', introduction: 'Introduction', film: 'Electronic film', filmHint: 'Reports of this person come with the link to the film.',
  genders: { female: 'Female', male: 'Male', other: 'Other' } as Readonly<Record<string, string>>, noDepartment: 'None',
  states: { active: 'Active', suspended: 'Suspended', removed: 'Removed' } as Readonly<Record<string, string>>,
  credentialStates: { none: 'None', submitted: 'To be verified', verified: 'Verified', rejected: 'Rejected', expired: 'Expired' } as Readonly<Record<CredentialState, string>>,
  credentialKinds: { idCard: 'Identity card', practisingCertificate: 'Practising certificate', qualificationCertificate: 'Qualification certificate', other: 'Other document' } as Readonly<Record<CredentialKind, string>>,
  newMemberHint: 'For somebody who has no account here yet. Who has one is invited instead.', inviteHint: 'Whoever has this number gets an invitation, and belongs to the organisation after agreeing. Nobody is told whether somebody has it.',
  missingPhone: 'Enter a phone number.', missingRole: 'Choose a role.', invalidEmail: 'This is no e-mail address.', create: 'Add', sendInvitation: 'Invite', invited: 'Invited', invitedTitle: (phone: string) => `${phone} has been invited`, acceptanceHint: 'Hand this code over yourself: who has not proven to hold this phone number is asked for it when accepting. It is made whether or not somebody has the number.', acceptanceCode: 'Acceptance code',
  created: (name: string) => `${name} has an account now`, createdHint: 'Hand this password over yourself. It signs in once; then another must be chosen.', oneTimePassword: 'One-time password', goodUntil: (moment: string) => `Good until ${moment}.`,
  invitedInstead: 'This number has an account already: its holder has been invited and belongs to the organisation after agreeing.',
  work: 'Work here', personal: 'Person', personalHint: 'Changed by the person alone, in the personal centre.', changed: 'Changed', changeRole: 'Change role and functions',
  suspend: 'Suspend', suspendTitle: (name: string) => `Suspend ${name}?`, suspendHint: 'Everything is taken away at once, until you give it back. What was done stays.', suspended: 'Suspended',
  reinstate: 'Reinstate', reinstated: 'Reinstated', removeMember: 'Remove from the organisation', removeTitle: (name: string) => `Remove ${name} from the organisation?`, removeHint: 'What was done stays with the name. An invitation brings the person back.', removed: 'Removed',
  resetPassword: 'New one-time password', resetTitle: (name: string) => `Give ${name} a one-time password?`, resetHint: 'The present password no longer signs in, and every session ends. Make sure that it is the person who asks.', resetDone: (name: string) => `${name} has a one-time password`, whatWasDone: 'What this person did',
  waiting: 'Documents to be verified', waitingHint: 'Compare number, name and pictures, and decide.', noDocuments: 'No documents', documentNumber: 'Number', validUntil: 'Valid until', submittedAt: 'Submitted', decidedAt: 'Decided', rejectedFor: 'Reason', file: (index: number) => `File ${String(index)}`,
  verify: 'Verify', verified: 'Verified', reject: 'Reject', rejected: 'Rejected', rejectTitle: 'Reject this document', rejectHint: 'The person reads this and can submit again.', viewMember: 'Member',
  invitations: 'Invitations', invitationsIntro: 'Who was asked to join, and what became of it.', noInvitations: 'No invitations', invitedAt: 'Invited', expiresAt: 'Open until', inviteAgain: 'Invite again', withdraw: 'Withdraw', withdrawTitle: 'Withdraw this invitation?', withdrawHint: 'It can no longer be accepted. You can invite again at any time.', withdrawn: 'Withdrawn', roleGone: 'deleted role',
  invitationStates: { open: 'Open', expired: 'Expired', accepted: 'Accepted', declined: 'Declined', withdrawn: 'Withdrawn' } as Readonly<Record<InvitationState, string>>,
  frozen: 'Frozen accounts', frozenIntro: 'Ten wrong passwords in one day freeze an account until midnight. Make sure that it is the person who asks before you release it.', noFrozen: 'No account is frozen', frozenAt: 'Frozen', frozenUntil: 'Until', release: 'Release', releaseTitle: (name: string) => `Release ${name}`, releaseHint: 'The reason is kept in the record, and the person is told.', released: 'Released',
  roles: 'Roles', rolesIntro: 'What people may do follows from their role. A change counts at once, for everybody who has the role.', addRole: 'Add a role', description: 'Description', holders: 'Members', permissionCount: (count: string, all: string) => `${count} of ${all}`, permissions: 'Permissions',
  fullRole: 'Holds everything', fullRoleHint: 'This role holds everything the organisation can have. It cannot be deleted or take less, and somebody must hold it.', editRole: 'Edit the role', viewRole: 'Show', all: 'All of the group', moduleOff: (module: string) => `Counts while the module "${module}" is switched on.`,
  deleteRoleTitle: (name: string) => `Delete "${name}"`, replacement: 'Role its members get instead', replacementHint: (count: string) => `${count} members have this role.`, replacementUnheld: 'Nobody has this role. Open invitations with it need another one, too.', missingReplacement: 'Choose a role.', roleDeleted: 'Deleted',
  copyOf: 'Begin with the permissions of',
  departmentPhone: 'Phone', departments: 'Departments', departmentsIntro: 'How the hospital is divided.', addDepartment: 'Add a department', editDepartment: 'Edit the department', noDepartments: 'No departments yet', noDepartmentsHint: 'Members and their work are found by department.', code: 'Code', head: 'Head', parent: 'Part of', top: 'None', memberCount: 'Members', deleteDepartmentTitle: (name: string) => `Delete "${name}"?`, deleteDepartmentHint: 'Only a department without people and without others below it can be deleted.', deleted: 'Deleted',
  builtInDescriptions: {} as Readonly<Record<string, string>>,
}

const zhCN: typeof en = {
  members: '成员', membersIntro: '机构中的人员及其角色。', addMember: '新增成员', invite: '邀请', searchHint: '姓名，或至少四位手机号',
  noMembers: '暂无成员', noMembersHint: '新增没有账号的人员，或邀请已有账号的人员。',
  person: '姓名', phone: '手机号', role: '角色', department: '科室', documents: '证件', joined: '加入时间', gender: '性别', email: '邮箱', introduction: '简介', film: '电子胶片', filmHint: '此人的报告附带胶片链接。',
  genders: { female: '女', male: '男', other: '其他' }, noDepartment: '无',
  states: { active: '正常', suspended: '已停用', removed: '已移除' },
  credentialStates: { none: '无', submitted: '待审核', verified: '已认证', rejected: '未通过', expired: '已过期' },
  credentialKinds: { idCard: '身份证', practisingCertificate: '执业证', qualificationCertificate: '资格证', other: '其他证件' },
  newMemberHint: '用于尚无账号的人员；已有账号的将改为邀请。', inviteHint: '持有该手机号的人会收到邀请，同意后加入机构。系统不会透露该号码是否已注册。',
  missingPhone: '请填写手机号。', missingRole: '请选择角色。', invalidEmail: '邮箱格式不正确。', create: '新增', sendInvitation: '邀请', invited: '已邀请', invitedTitle: (phone) => `已邀请 ${phone}`, acceptanceHint: '请亲自将此码交给本人：尚未验证该手机号的人接受邀请时需要填写。无论该号码是否已注册都会生成。', acceptanceCode: '接受码',
  created: (name) => `已为 ${name} 创建账号`, createdHint: '请亲自将此密码交给本人。该密码只能登录一次，登录后须设置新密码。', oneTimePassword: '一次性密码', goodUntil: (moment) => `有效期至 ${moment}。`,
  invitedInstead: '该手机号已有账号，已向其发出邀请，同意后加入机构。',
  work: '机构内信息', personal: '个人信息', personalHint: '只能由本人在个人中心修改。', changed: '已修改', changeRole: '修改角色和功能',
  suspend: '停用', suspendTitle: (name) => `停用 ${name}？`, suspendHint: '其在本机构的权限立即全部停止，直至恢复。已有记录保留。', suspended: '已停用',
  reinstate: '恢复', reinstated: '已恢复', removeMember: '移出机构', removeTitle: (name) => `将 ${name} 移出机构？`, removeHint: '已有记录保留其姓名。重新邀请后可再次加入。', removed: '已移出',
  resetPassword: '重置为一次性密码', resetTitle: (name) => `为 ${name} 重置一次性密码？`, resetHint: '现有密码立即失效，所有会话结束。请确认是本人提出。', resetDone: (name) => `${name} 的一次性密码`, whatWasDone: '查看操作日志',
  waiting: '待审核的证件', waitingHint: '请核对号码、姓名和照片后作出决定。', noDocuments: '没有证件', documentNumber: '证件号', validUntil: '有效期至', submittedAt: '提交时间', decidedAt: '审核时间', rejectedFor: '原因', file: (index) => `文件 ${String(index)}`,
  verify: '通过', verified: '已通过', reject: '不通过', rejected: '已退回', rejectTitle: '证件不通过', rejectHint: '本人会看到该原因，可重新提交。', viewMember: '成员',
  invitations: '邀请', invitationsIntro: '已发出的加入邀请及其结果。', noInvitations: '暂无邀请', invitedAt: '邀请时间', expiresAt: '有效期至', inviteAgain: '再次邀请', withdraw: '撤回', withdrawTitle: '撤回该邀请？', withdrawHint: '撤回后不能再接受；可随时重新邀请。', withdrawn: '已撤回', roleGone: '角色已删除',
  invitationStates: { open: '待答复', expired: '已过期', accepted: '已接受', declined: '已拒绝', withdrawn: '已撤回' },
  frozen: '冻结账号', frozenIntro: '一天内密码错误十次，账号冻结至当日结束。解冻前请确认是本人提出。', noFrozen: '没有冻结的账号', frozenAt: '冻结时间', frozenUntil: '冻结至', release: '解冻', releaseTitle: (name) => `解冻 ${name}`, releaseHint: '原因将留存记录，并通知本人。', released: '已解冻',
  roles: '角色', rolesIntro: '人员的权限由其角色决定。修改后对所有持有该角色的人立即生效。', addRole: '新增角色', description: '说明', holders: '成员数', permissionCount: (count, all) => `${count} / ${all}`, permissions: '权限',
  fullRole: '拥有全部权限', fullRoleHint: '该角色拥有机构的全部权限，不能删除或减少，且必须至少有一人持有。', editRole: '编辑角色', viewRole: '查看', all: '全选', moduleOff: (module) => `模块“${module}”开启时生效。`,
  deleteRoleTitle: (name) => `删除“${name}”`, replacement: '成员改用的角色', replacementHint: (count) => `有 ${count} 名成员持有该角色。`, replacementUnheld: '没有成员持有该角色；若有使用该角色的邀请，也需选择替代角色。', missingReplacement: '请选择角色。', roleDeleted: '已删除',
  copyOf: '参照已有角色的权限',
  departmentPhone: '电话', departments: '科室', departmentsIntro: '医院的科室划分。', addDepartment: '新增科室', editDepartment: '编辑科室', noDepartments: '暂无科室', noDepartmentsHint: '可按科室查找成员及其工作。', code: '代码', head: '负责人', parent: '上级科室', top: '无', memberCount: '人数', deleteDepartmentTitle: (name) => `删除“${name}”？`, deleteDepartmentHint: '只有没有人员和下级科室的科室才能删除。', deleted: '已删除',
  // Of the roles every organisation begins with, as the server writes them.
  builtInDescriptions: {
    'Everything the organisation can have': '机构可拥有的全部权限', 'Runs the hospital: settings, people, devices, pairing, logs': '管理医院：设置、人员、设备、对接和日志', 'Studies, requests and reports of the hospital': '医院的检查、申请和报告', 'Account and bills of the hospital': '医院的账户和账单',
    'Gateways and devices': '网关和设备', 'Runs the team: settings, people, pairing, fees': '管理团队：设置、人员、对接和费用', 'Claims requests and writes the first diagnosis': '接单并书写初步诊断', 'Diagnoses, reviews and adjusts': '诊断、审核和修改', 'Account of the team and bills to hospitals': '团队的账户和对医院的账单', 'Hospitals of the consortium, their administrators and modules': '医联体的医院及其管理员和模块',
  },
}

const words = { en, 'zh-CN': zhCN }
export const usePeopleWords = (): typeof en => useWords(words)

/** A role's name; those every organisation begins with are translated as long as nobody has renamed them. */
export function useRoleName(): (role: { readonly name: string; readonly builtIn?: string | undefined }) => string {
  const translated = useNameOfBuiltIn()
  return ({ name, builtIn }) => (builtIn === undefined ? name : translated(name))
}
