/** Alarms of gateways: what each is, and what to do about it. */
export interface GatewayAlarmWords { readonly title: string; readonly advice: string }

const en = {
  serviceStopped: { title: 'The DICOM service is stopped', advice: 'Modalities cannot send. Start the service.' },
  serviceFailed: { title: 'The DICOM service cannot run', advice: 'Another program may use the port. Choose another port, or stop that program and start the service again.' },
  spoolFull: { title: 'The disk is full: new images are refused', advice: 'See that the nodes can be reached so that waiting objects leave, or free disk space. Modalities must send again what was refused.' },
  spoolNearlyFull: { title: 'The disk is nearly full', advice: 'See that the nodes can be reached, delete arrived objects sooner, or free disk space.' },
  spoolUnavailable: { title: 'New images are refused: the disk cannot be written', advice: 'See that the folder of the gateway is there, may be written and is no broken disk; its log says what the system answered. Modalities must send again what was refused.' },
  nodeUnreachable: { title: 'A node cannot be reached', advice: 'Test the connection. Objects wait safely and are sent when the node is back.' },
  nodePaused: { title: 'A node is paused', advice: 'Objects for it wait until you resume it.' },
  deliveriesFailed: { title: 'Objects could not be delivered', advice: 'See why in the records, mend the cause, and retry.' },
  noNodes: { title: 'There is nowhere to forward to', advice: 'Add a node, or connect the cloud.' },
  cloudUnreachable: { title: 'The cloud cannot be reached', advice: 'Check the network of this machine. Objects wait safely.' },
  unknownSenders: { title: 'Unknown senders tried to send', advice: 'If you know them, add them to the accept list.' },
  objectDamaged: { title: 'A received object is damaged on this machine', advice: 'It was put aside. Have the modality send the study again, and the disk checked.' },
  objectMissing: { title: 'Received objects were lost on this machine before they had arrived', advice: 'Somebody or something deleted their files. The forwarding records of the gateway say which: have the modalities send these studies again, or mark them as seen there.' },
  objectsGoNowhere: { title: 'Objects are kept here and go nowhere', advice: 'No node gets them. Add a rule or a node so that they leave, or delete them here.' },
  calledOffKept: { title: 'Called-off deliveries still keep their objects', advice: 'These objects arrived elsewhere, and stay on this machine until they are released.' },
  performedStepRefused: { title: 'The server did not take what a modality told of a procedure step', advice: 'The modality believes that it was taken. Correct the step in the worklist, then mark it as seen.' },
  commitmentUnreported: { title: 'A modality could not be told that its images are safe', advice: 'It keeps its copy and waits. See that its address and port are on the accept list, then mark it as seen.' },
  configurationRestored: { title: 'The settings were damaged; earlier ones are used', advice: 'The last change is lost. Look through the settings and save them.' },
  other: { title: 'The gateway reports a problem', advice: 'See the log of the gateway.' },
} satisfies Readonly<Record<string, GatewayAlarmWords>>

const zhCN: Readonly<Record<keyof typeof en, GatewayAlarmWords>> = {
  serviceStopped: { title: 'DICOM 服务已停止', advice: '设备无法发送影像，请启动服务。' },
  serviceFailed: { title: 'DICOM 服务无法运行', advice: '端口可能被其他程序占用。请更换端口，或停止该程序后重新启动服务。' },
  spoolFull: { title: '磁盘已满：拒收新影像', advice: '请确认节点可以连通，使等待的影像发出，或释放磁盘空间。被拒收的影像需由设备重新发送。' },
  spoolNearlyFull: { title: '磁盘即将用满', advice: '请确认节点可以连通，缩短已送达影像的保留时间，或释放磁盘空间。' },
  spoolUnavailable: { title: '拒收新影像：磁盘无法写入', advice: '请确认网关的数据文件夹存在且可写，磁盘没有故障；网关日志记有系统返回的原因。被拒收的影像需由设备重新发送。' },
  nodeUnreachable: { title: '有节点无法连通', advice: '请测试连接。影像会安全等待，节点恢复后自动发送。' },
  nodePaused: { title: '有节点已暂停', advice: '发往该节点的影像会一直等待，直到恢复。' },
  deliveriesFailed: { title: '部分影像未能送达', advice: '请在转发记录中查看原因，排除后重试。' },
  noNodes: { title: '没有转发目标', advice: '请添加节点，或连接云端。' },
  cloudUnreachable: { title: '无法连接云端', advice: '请检查本机网络。影像会安全等待。' },
  unknownSenders: { title: '有未知发送方尝试发送', advice: '如果认识，请将其加入接收名单。' },
  objectDamaged: { title: '本机上有已接收对象损坏', advice: '该对象已被隔离。请让设备重新发送该检查，并检查磁盘。' },
  objectMissing: { title: '本机上有影像在送达之前丢失', advice: '其文件已被删除。网关的转发记录列出了相关检查：请让设备重新发送，或在那里标记为已查看。' },
  objectsGoNowhere: { title: '本机有影像不会发往任何节点', advice: '没有节点接收它们。请添加规则或节点使其发出，或在本机删除。' },
  calledOffKept: { title: '已取消的转发仍占用本机影像', advice: '这些影像已送达其他节点，释放之前一直保留在本机。' },
  performedStepRefused: { title: '服务器未接受设备报告的检查步骤', advice: '设备认为已被接受。请在工作列表中更正该步骤，然后标记为已查看。' },
  commitmentUnreported: { title: '无法答复设备的存储确认', advice: '设备会一直保留其副本并等待。请确认接收名单中有其地址和端口，然后标记为已查看。' },
  configurationRestored: { title: '设置文件已损坏，正在使用较早的设置', advice: '最后一次更改已丢失。请检查各项设置并保存。' },
  other: { title: '网关报告了一个问题', advice: '请查看网关日志。' },
}

export type GatewayAlarmCode = Exclude<keyof typeof en, 'other'>

/** What an alarm is called, and what to do about it. A newer gateway may know alarms that this does not: they are told as such. */
export function gatewayAlarmWords(language: 'zh-CN' | 'en', code: string): GatewayAlarmWords {
  const words = language === 'en' ? en : zhCN
  return Object.hasOwn(words, code) ? words[code as GatewayAlarmCode] : words.other
}
