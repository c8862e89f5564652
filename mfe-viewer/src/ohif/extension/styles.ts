/** Of what we put into OHIF's panes; colours are its own. */
const rules = `
.isocenter-host { position: relative; height: 100%; width: 100%; overflow: auto; background: #000; color: #e6ebf2; font-size: 14px; line-height: 1.6; }
.isocenter-notice { box-sizing: border-box; min-height: 100%; display: flex; flex-direction: column; gap: 8px; align-items: center; justify-content: center; padding: 32px; text-align: center; background: #000; color: #e6ebf2; font-size: 14px; line-height: 1.6; }
.isocenter-notice > * { max-width: 52ch; }
.isocenter-notice strong { font-size: 16px; }
.isocenter-over { position: absolute; inset: 0; z-index: 1; pointer-events: none; min-height: 0; }
.isocenter-video { width: 100%; height: 100%; object-fit: contain; background: #000; }
.isocenter-what { color: #9fb3cf; }
.isocenter-patient { position: absolute; top: 8px; left: 12px; font-size: 13px; line-height: 1.4; color: #5acce6; pointer-events: none; }
.isocenter-panel { padding: 12px; display: flex; flex-direction: column; gap: 12px; font-size: 13px; color: #e6ebf2; }
.isocenter-list { display: flex; flex-direction: column; gap: 8px; }
.isocenter-row { display: flex; gap: 8px; align-items: center; justify-content: space-between; }
.isocenter-button { border: 1px solid #3a7bd5; border-radius: 4px; padding: 4px 10px; background: #0b2b5c; color: #e6ebf2; font-size: 13px; }
.isocenter-button:hover { background: #14407f; }
.isocenter-button:focus-visible, .isocenter-picture:focus-visible { outline: 2px solid #5acce6; outline-offset: 1px; }
.isocenter-host:has(> .isocenter-film) { width: auto; height: auto; overflow: visible; background: none; align-self: center; }
.isocenter-film { display: inline-flex; gap: 6px; align-items: center; margin-inline-start: 8px; font-size: 13px; color: #9fb3cf; white-space: nowrap; }
.isocenter-film[hidden] { display: none; }
.isocenter-pictures { display: flex; flex-wrap: wrap; gap: 8px; }
.isocenter-picture { border: 1px solid #3a7bd5; border-radius: 4px; padding: 2px; background: #000; }
.isocenter-picture img { width: 96px; height: 96px; object-fit: contain; }
.isocenter-report { max-width: 80ch; margin: 0 auto; padding: 56px 32px 48px; outline: none; }
.isocenter-report h2 { font-size: 18px; font-weight: 600; }
.isocenter-report p { margin: 0 0 16px; }
.isocenter-line, .isocenter-heading { padding-inline-start: calc(var(--depth) * 20px); margin-top: 6px; white-space: pre-line; overflow-wrap: anywhere; }
.isocenter-heading { font-weight: 600; margin-top: 14px; }
.isocenter-line .isocenter-name { color: #9fb3cf; }
.isocenter-line .isocenter-name::after { content: ': '; }
`

export function addStyles(): void {
  const style = document.createElement('style')
  style.textContent = rules
  document.head.append(style)
}
