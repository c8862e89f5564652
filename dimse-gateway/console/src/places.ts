import { ApartmentOutlined, CloudDownloadOutlined, CloudOutlined, DashboardOutlined, DatabaseOutlined, DesktopOutlined, FileDoneOutlined, NodeIndexOutlined, PartitionOutlined, PrinterOutlined, ScheduleOutlined } from '@ant-design/icons'
import type { ComponentType } from 'react'
import { Cloud } from './cloud/cloud.tsx'
import { Fetches } from './fetches/fetches.tsx'
import { Nodes } from './nodes/nodes.tsx'
import { Overview } from './overview/overview.tsx'
import { Printers } from './printers/printers.tsx'
import { Procedures } from './procedures/procedures.tsx'
import { Records } from './records/records.tsx'
import { Rules } from './rules/rules.tsx'
import { Senders } from './senders/senders.tsx'
import { Service } from './service/service.tsx'
import { Storage } from './storage/storage.tsx'
import type { Words } from './words/index.ts'

export interface Place {
  readonly path: string
  readonly name: keyof Words['places']
  readonly icon: ComponentType<{ readonly 'aria-hidden': true }>
  readonly page: ComponentType
}

/** The console's pages, in the order in which an image passes what they show. */
export const places: readonly [Place, ...Place[]] = [
  { path: '/', name: 'overview', icon: DashboardOutlined, page: Overview },
  { path: '/service', name: 'service', icon: DesktopOutlined, page: Service },
  { path: '/senders', name: 'senders', icon: ApartmentOutlined, page: Senders },
  { path: '/nodes', name: 'nodes', icon: NodeIndexOutlined, page: Nodes },
  { path: '/rules', name: 'rules', icon: PartitionOutlined, page: Rules },
  { path: '/records', name: 'records', icon: FileDoneOutlined, page: Records },
  { path: '/fetches', name: 'fetches', icon: CloudDownloadOutlined, page: Fetches },
  { path: '/procedures', name: 'procedures', icon: ScheduleOutlined, page: Procedures },
  { path: '/printers', name: 'printers', icon: PrinterOutlined, page: Printers },
  { path: '/cloud', name: 'cloud', icon: CloudOutlined, page: Cloud },
  { path: '/storage', name: 'storage', icon: DatabaseOutlined, page: Storage },
]
