/** Syslog messages (RFC 5424) to an audit repository: over TLS (RFC 5425) or, where loss is acceptable, UDP (RFC 5426). */
import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'

export interface SyslogTarget {
  readonly protocol: 'tls' | 'udp'
  readonly host: string
  readonly port: number
  /** PEM; the system's own authorities where absent. */
  readonly ca?: string | undefined
  /** PEM, both or none: who we are to the repository. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

export interface SyslogMessage {
  readonly at: Date
  readonly content: string
}

/** Facility 10 (security), severity 5 (notice), as PS3.15 §A.6 has it. */
const priority = 10 * 8 + 5
const appName = 'isocenter'
/** A repository that takes no more, or never ends the connection, is tried again. */
const silenceMs = 30_000
/** Of what IPv4 and UDP let through; longer ones are not sent in pieces (RFC 5426 §3.1). */
const longestDatagram = 65_507

/** @throws Error for anything but udp://host:port and tls://host:port; 514 and 6514 where no port is given */
export function syslogTarget(url: string, files: Pick<SyslogTarget, 'ca' | 'certificate' | 'key'> = {}): SyslogTarget {
  const { protocol, hostname, port } = new URL(url)
  if (protocol !== 'tls:' && protocol !== 'udp:') throw new Error('An audit repository is reached by udp:// or tls://.')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return protocol === 'tls:' ? { protocol: 'tls', host, port: Number(port || 6514), ...files } : { protocol: 'udp', host, port: Number(port || 514) }
}

/** The repository of the settings, with its files read; undefined where none is set. @throws Error of a file that cannot be read */
export async function configuredTarget(config: {
  readonly AUDIT_SYSLOG_URL?: string | undefined; readonly AUDIT_SYSLOG_CA_FILE?: string | undefined; readonly AUDIT_SYSLOG_CERT_FILE?: string | undefined; readonly AUDIT_SYSLOG_KEY_FILE?: string | undefined
}): Promise<SyslogTarget | undefined> {
  if (config.AUDIT_SYSLOG_URL === undefined) return undefined
  const read = (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'))
  const [ca, certificate, key] = await Promise.all([read(config.AUDIT_SYSLOG_CA_FILE), read(config.AUDIT_SYSLOG_CERT_FILE), read(config.AUDIT_SYSLOG_KEY_FILE)])
  return syslogTarget(config.AUDIT_SYSLOG_URL, { ca, certificate, key })
}

/** RFC 5424 §6, the content as UTF-8 behind its mark. */
export function syslogLine({ at, content }: SyslogMessage, host: string): Buffer {
  return Buffer.from(`<${String(priority)}>1 ${at.toISOString()} ${printable(host, 255)} ${appName} ${String(process.pid)} DICOM+RFC3881 - \uFEFF${content}`)
}
const printable = (text: string, most: number): string => text.replace(/[^!-~]/g, '').slice(0, most) || '-'

/**
 * Sends messages in order. Over TLS it resolves when the repository has ended the connection after having got everything: syslog knows no other
 * answer. Over UDP, when they have left.
 * @throws Error when it is not known that all have arrived; some may have
 */
export const sendSyslog = (target: SyslogTarget, messages: readonly SyslogMessage[], host: string): Promise<void> =>
  target.protocol === 'tls' ? sendByTls(target, messages.map((message) => syslogLine(message, host))) : sendByUdp(target, messages.map((message) => syslogLine(message, host)))

function sendByTls({ host, port, ca, certificate, key }: SyslogTarget, lines: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasEnded = false
    const socket = connect({
      host,
      port,
      minVersion: 'TLSv1.2',
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
    })
    const fail = (error: Error) => { socket.destroy(); reject(error) }
    socket.setTimeout(silenceMs, () => { fail(new Error('the audit repository is silent')) })
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      // Octet counting (RFC 5425 §4.3).
      for (const line of lines) {
        socket.write(`${String(line.length)} `)
        socket.write(line)
      }
      socket.end()
    })
    socket.once('finish', () => { hasEnded = true })
    socket.once('end', () => { if (!hasEnded) fail(new Error('the audit repository has ended the connection before it had everything')) })
    socket.once('close', () => { if (hasEnded) resolve(); else reject(new Error('the connection to the audit repository was lost')) })
    socket.resume()
  })
}

async function sendByUdp({ host, port }: SyslogTarget, lines: readonly Buffer[]): Promise<void> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' })
  try {
    for (const line of lines) {
      await new Promise<void>((resolve, reject) => { socket.send(line.subarray(0, longestDatagram), port, host, (error) => { if (error) reject(error); else resolve() }) })
    }
  } finally {
    socket.close()
  }
}
