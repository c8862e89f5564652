/**
 * OHIF shares its React with nobody: what our extension puts into its panes are elements in the form React 18 takes (the one of the pinned
 * release), and a component without hooks, which need the one React they run in.
 */
type ElementType = string | ((props: never) => unknown) | (new (props: never) => unknown)

export const element = (type: ElementType, props: object, key: string | null = null): object =>
  ({ $$typeof: Symbol.for('react.element'), type, key, ref: 'ref' in props ? props.ref : null, props, _owner: null })

/** What React asks of a class for its components; it sets `updater` itself. */
export abstract class Component<Props extends object> {
  declare updater: { enqueueForceUpdate: (component: object) => void }
  props: Props
  constructor(props: Props) { this.props = props }
  get isReactComponent() { return {} }
  protected renderAgain() { this.updater.enqueueForceUpdate(this) }
  abstract render(): object | null
}

/** A component that is one element of the page, filled by us whenever its properties may have changed. */
export function hosted<Props extends object>(fill: (host: HTMLElement, props: Props) => void): new (props: Props) => Component<Props> {
  return class extends Component<Props> {
    host: HTMLElement | null = null
    take = (host: HTMLElement | null) => { this.host = host }
    componentDidMount() { if (this.host !== null) fill(this.host, this.props) }
    componentDidUpdate() { if (this.host !== null) fill(this.host, this.props) }
    render() { return element('div', { ref: this.take, className: 'isocenter-host' }) }
  }
}

/** The same as a function, where OHIF calls what it should hand to React. */
export const asComponent = <Props extends object>(component: new (props: Props) => Component<Props>) => (props: Props): object => element(component, props)

/** An element of the page with text or others in it; text is never read as HTML. */
export function tag(name: string, className: string, ...content: readonly (string | Node)[]): HTMLElement {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content)
  return made
}

/** One of the panes' buttons. */
export function button(label: string, onPress: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  Object.assign(made, { className: 'isocenter-button', type: 'button', textContent: label })
  made.addEventListener('click', onPress)
  return made
}
