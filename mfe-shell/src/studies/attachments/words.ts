import { useWords, type Translations } from '@isocenter/design-system'

const en = {
  none: 'No attachments', noneHint: 'Referrals, reports, photographs and videos that belong to the study.',
  drop: 'Drop files here', choose: 'Choose files', limits: (bytes: string) => `PDF, JPG, PNG, DOCX and MP4, up to ${bytes} each`,
  view: 'View', viewOf: (name: string) => `View ${name}`, download: 'Download', downloadOf: (name: string) => `Download ${name}`, remove: 'Delete', removeOf: (name: string) => `Delete ${name}`, restore: 'Restore', restoreOf: (name: string) => `Restore ${name}`,
  shownToOutside: 'Shown to outside viewers', show: (name: string) => `Show ${name} to outside viewers`, shown: 'Shown', hidden: 'Hidden', isHidden: 'Hidden from outside viewers',
  outsideHint: 'Files shown to outside viewers can be opened through share links with patient data, also those made before. Anonymised links never show attachments.',
  added: (by: string, at: string) => `Added by ${by}, ${at}`, deletedBy: (by: string, at: string) => `Deleted by ${by}, ${at}`, scanned: 'Scanned for malware',
  confirm: { title: (name: string) => `Delete ${name}?`, hint: 'It leaves the study. An administrator can bring it back.', action: 'Delete' }, removed: 'Deleted', restored: 'Restored', withDeleted: 'Show deleted ones',
  sending: (name: string) => `Uploading ${name}`, stop: 'Stop', dismiss: 'Dismiss', retry: 'Try again', somebody: 'Somebody', stopped: 'Stopped',
}
export type AttachmentWords = typeof en

const zhCN: AttachmentWords = {
  none: '没有附件', noneHint: '可添加与该检查相关的申请单、报告、照片和视频。',
  drop: '将文件拖到此处', choose: '选择文件', limits: (bytes) => `支持 PDF、JPG、PNG、DOCX 和 MP4，每个不超过 ${bytes}`,
  view: '查看', viewOf: (name) => `查看 ${name}`, download: '下载', downloadOf: (name) => `下载 ${name}`, remove: '删除', removeOf: (name) => `删除 ${name}`, restore: '恢复', restoreOf: (name) => `恢复 ${name}`,
  shownToOutside: '对外可见', show: (name) => `对外显示 ${name}`, shown: '已显示', hidden: '已隐藏', isHidden: '对外隐藏',
  outsideHint: '“对外可见”的附件可通过含患者信息的分享链接打开（包括已生成的链接）；匿名链接始终不显示附件。',
  added: (by, at) => `${by} 于 ${at} 添加`, deletedBy: (by, at) => `${by} 于 ${at} 删除`, scanned: '已通过病毒扫描',
  confirm: { title: (name) => `删除 ${name}？`, hint: '该附件将从检查中移除，管理员可以恢复。', action: '删除' }, removed: '已删除', restored: '已恢复', withDeleted: '显示已删除的附件',
  sending: (name) => `正在上传 ${name}`, stop: '停止', dismiss: '关闭', retry: '重试', somebody: '某人', stopped: '已停止',
}

const words: Translations<AttachmentWords> = { en, 'zh-CN': zhCN }
export const useAttachmentWords = (): AttachmentWords => useWords(words)
