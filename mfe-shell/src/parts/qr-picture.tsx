import { QRCode } from 'antd'

/** A QR code with a name; black on white whatever the colours, as cameras expect it. */
export function QrPicture({ label, value, size = 200, isScanned = false }: { readonly label: string; readonly value: string; readonly size?: number; readonly isScanned?: boolean }) {
  return (
    <div role="img" aria-label={label} className="qr-picture">
      <div aria-hidden><QRCode value={value} type="svg" size={size} color="#000" bgColor="#fff" status={isScanned ? 'scanned' : 'active'} /></div>
    </div>
  )
}
