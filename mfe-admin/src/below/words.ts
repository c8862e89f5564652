import { useWords } from '@isocenter/design-system'

const en = {
  hospitals: 'Hospitals', hospitalsIntro: 'Hospitals of the consortium, their administrators and modules.', organisations: 'Organisations', organisationsIntro: 'Every organisation of this installation.', addHospital: 'Add a hospital', addOrganisation: 'Add an organisation', none: 'None yet', noneHint: 'The first administrator of a new one gets a one-time password, or an invitation.', searchHint: 'Name, or the beginning of the number',
  organisation: 'Organisation', number: 'Number', kind: 'Kind', members: 'Members', modules: 'Modules', createdAt: 'Since', billing: 'Billed here', notInForce: 'switched on here, off above', timeZone: 'Time zone', owner: 'Belongs to the hospital', ownerHint: 'A team may stand alone.',
  administrator: 'First administrator', administratorHint: 'Holds the full role. Without an account the answer shows a one-time password; with one, an invitation is sent.', phone: 'Phone', person: 'Name of the person', missingPhone: 'Enter a phone number.', missingName: 'Enter a name.', missingKind: 'Choose a kind.', make: 'Make', made: (name: string) => `${name} has been made`, madeHint: 'Hand this over to the administrator yourself. The password signs in once; then another must be chosen.', goodUntil: (moment: string) => `Good until ${moment}.`, oneTimePassword: 'One-time password', numberOf: 'Number of the organisation', invited: 'It has been made; its administrator, who has an account already, has been invited.',
  switchModules: 'Modules', switchTitle: (name: string) => `Modules of ${name}`, switchHint: 'What is off is gone at once for everybody there; data stays.', rename: 'Name and number', renameHint: 'Others find it by its number, and people sign in by it at their identity provider.', wrongNumber: '4 to 40 letters, digits and dashes.', consortia: 'Consortium', putIntoTitle: (name: string) => `Consortium of ${name}`, consortium: 'Consortium', isBilling: 'It is billed for the hospital and switches its modules', missingConsortium: 'Choose a consortium.', takeOut: 'Take it out of this consortium', takenOut: 'Taken out', put: 'Put in',
}

const zhCN: typeof en = {
  hospitals: '医院', hospitalsIntro: '医联体的医院及其管理员和模块。', organisations: '机构', organisationsIntro: '平台上的所有机构。', addHospital: '新增医院', addOrganisation: '新增机构', none: '暂无', noneHint: '新机构的首位管理员将获得一次性密码或收到邀请。', searchHint: '名称，或编号开头',
  organisation: '机构', number: '编号', kind: '类型', members: '成员数', modules: '模块', createdAt: '创建时间', billing: '由本医联体结算', notInForce: '已开启，但上级未开启', timeZone: '时区', owner: '隶属医院', ownerHint: '团队也可以独立。',
  administrator: '首位管理员', administratorHint: '持有全功能角色。没有账号的将显示一次性密码，已有账号的将收到邀请。', phone: '手机号', person: '姓名', missingPhone: '请填写手机号。', missingName: '请填写姓名。', missingKind: '请选择类型。', make: '创建', made: (name) => `已创建 ${name}`, madeHint: '请亲自转交管理员。密码只能登录一次，登录后须设置新密码。', goodUntil: (moment) => `有效期至 ${moment}。`, oneTimePassword: '一次性密码', numberOf: '机构编号', invited: '已创建；其管理员已有账号，已发出邀请。',
  switchModules: '模块', switchTitle: (name) => `${name} 的模块`, switchHint: '关闭后该机构所有人立即不能使用，数据保留。', rename: '名称和编号', renameHint: '其他机构通过编号找到它，单点登录也使用编号。', wrongNumber: '4 到 40 个字母、数字或短横线。', consortia: '医联体', putIntoTitle: (name) => `${name} 的医联体`, consortium: '医联体', isBilling: '由该医联体结算并开关其模块', missingConsortium: '请选择医联体。', takeOut: '从该医联体移出', takenOut: '已移出', put: '加入',
}

const words = { en, 'zh-CN': zhCN }
export const useBelowWords = (): typeof en => useWords(words)
