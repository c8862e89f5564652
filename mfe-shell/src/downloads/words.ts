import { useWords, type Translations } from '@isocenter/design-system'

const en = {
  title: (studies: number) => (studies === 1 ? 'Download the study' : `Download ${String(studies)} studies`),
  intro: 'A ZIP archive with a DICOMDIR, as every DICOM viewer opens it. Series hidden from outside viewers stay out.',
  name: 'File name', names: { anonymous: 'A name that says nothing of the patient', typed: 'My own name' }, typedName: 'Name of the file', typedHint: 'Without the ending .zip. It may be read by whoever sees the file.', typedMissing: 'Enter a name.',
  anonymise: 'Anonymise DICOM headers', anonymiseHint: 'Names, numbers, dates and UIDs are taken out or replaced (PS3.15 basic profile). Documents and reports stay out. What is written in the pictures themselves stays in.',
  anonymiseOff: 'Names and numbers of the patient are in every file.', anonymiseCompulsory: 'Your role does not show identities, so headers are always anonymised.',
  tooMany: (most: number) => `At most ${String(most)} studies are downloaded at once`,
  start: 'Download', started: 'The download has begun', close: 'Close',
  inBackground: 'It is being made', inBackgroundHint: (size: string) => `With ${size} it takes a while. You are told when it can be fetched, and may go on working.`, toList: 'My downloads',
  leftOut: (count: string) => `${count} objects stay out: hidden series, or documents that cannot be anonymised.`,
  list: 'My downloads', listIntro: (kept: string, quota: string) => `Large files are made in the background and kept for a while: ${kept} of ${quota} in use. Small ones are made each time they are fetched and take up none of it.`,
  none: 'No downloads', noneHint: 'What you download from the study list appears here.',
  columns: { file: 'File', state: 'State', content: 'Content', size: 'Size', until: 'Until', actions: 'Actions' },
  asked: (at: string) => `Asked for ${at}`,
  states: { waiting: 'Waiting', making: 'Being made', ready: 'Ready', failed: 'Failed', outdated: 'Outdated' },
  failures: { gone: 'A study is no longer there.', notAllowed: 'You are not allowed to have it any more.', tooManyRows: 'The list has become too long for one file.', broken: 'It failed several times. Try again later.' },
  outdatedHint: 'Something in it was deleted or hidden since, or your permission has changed.',
  progress: (done: string, all: string) => `${done} of about ${all}`, progressOnly: (done: string) => `${done} so far`,
  content: (studies: number, instances: string) => `${studies === 1 ? '1 study' : `${String(studies)} studies`}, ${instances} objects`, spreadsheet: 'Spreadsheet', anonymised: 'Anonymised', identified: 'With names', fetched: (times: number) => (times === 1 ? 'fetched once' : `fetched ${String(times)} times`),
  fetch: 'Fetch', retry: 'Make again', cancel: 'Cancel', remove: 'Remove', more: 'Show more', removed: 'Removed', again: 'It is made again', fileOf: (action: string, name: string) => `${action}: ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`, removeText: 'The file is gone for good. It can be asked for again.', cancelTitle: (name: string) => `Cancel ${name}?`, cancelText: 'What has been made so far is thrown away.',
  export: 'Export', exportTitle: 'Export the list', exportHint: 'Every row the filters find, in the order of the list.', format: 'Format', formats: { xlsx: 'Excel (XLSX)', csv: 'CSV' }, fields: 'Fields', allFields: 'All', usualFields: 'Usual', noFields: 'Choose a field at least.', exportStart: 'Export',
}
export type DownloadWords = typeof en

const zhCN: DownloadWords = {
  title: (studies) => (studies === 1 ? '下载检查' : `下载 ${String(studies)} 条检查`),
  intro: '生成带 DICOMDIR 的 ZIP 压缩包，任何 DICOM 阅片软件均可打开。对外隐藏的序列不包含在内。',
  name: '文件名', names: { anonymous: '匿名文件名', typed: '手动输入' }, typedName: '输入文件名', typedHint: '无需输入后缀 .zip。看到该文件的人都能看到文件名。', typedMissing: '请输入文件名。',
  anonymise: '匿名化 DICOM 头信息', anonymiseHint: '移除或替换姓名、编号、日期和 UID（PS3.15 基本规范）。文档和报告不包含在内。图像画面中的文字不会移除。',
  anonymiseOff: '每个文件中都含有患者的姓名和编号。', anonymiseCompulsory: '您的角色不能查看身份信息，头信息必须匿名化。',
  tooMany: (most) => `一次最多下载 ${String(most)} 条检查`,
  start: '下载', started: '已开始下载', close: '关闭',
  inBackground: '正在后台生成', inBackgroundHint: (size) => `数据约 ${size}，需要一些时间。完成后会通知您，期间可继续其他工作。`, toList: '我的下载',
  leftOut: (count) => `${count} 个对象未包含：隐藏的序列，或无法匿名化的文档。`,
  list: '我的下载', listIntro: (kept, quota) => `较大的文件在后台生成并保留一段时间：已用 ${kept}，共 ${quota}。较小的文件每次取走时生成，不占用空间。`,
  none: '暂无下载', noneHint: '从检查列表下载的内容会显示在这里。',
  columns: { file: '文件', state: '状态', content: '内容', size: '大小', until: '保留至', actions: '操作' },
  asked: (at) => `申请于 ${at}`,
  states: { waiting: '等待中', making: '生成中', ready: '已就绪', failed: '失败', outdated: '已失效' },
  failures: { gone: '其中有检查已不存在。', notAllowed: '您已没有相应权限。', tooManyRows: '列表过长，一个文件容纳不下。', broken: '多次生成失败，请稍后重试。' },
  outdatedHint: '其中的内容已被删除或隐藏，或您的权限已变更。',
  progress: (done, all) => `${done} / 约 ${all}`, progressOnly: (done) => `已生成 ${done}`,
  content: (studies, instances) => `${String(studies)} 条检查，${instances} 个对象`, spreadsheet: '表格', anonymised: '已匿名', identified: '含身份信息', fetched: (times) => `已取 ${String(times)} 次`,
  fetch: '取走', retry: '重新生成', cancel: '取消', remove: '删除', more: '显示更多', removed: '已删除', again: '正在重新生成', fileOf: (action, name) => `${action}：${name}`,
  removeTitle: (name) => `删除 ${name}？`, removeText: '文件将彻底删除，可重新申请下载。', cancelTitle: (name) => `取消 ${name}？`, cancelText: '已生成的部分将被丢弃。',
  export: '导出', exportTitle: '导出列表', exportHint: '导出符合当前条件的全部行，顺序与列表一致。', format: '格式', formats: { xlsx: 'Excel（XLSX）', csv: 'CSV' }, fields: '字段', allFields: '全选', usualFields: '恢复默认', noFields: '请至少选择一个字段。', exportStart: '导出',
}

const words: Translations<DownloadWords> = { en, 'zh-CN': zhCN }
export const useDownloadWords = (): DownloadWords => useWords(words)
