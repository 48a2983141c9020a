// A component that is drawn again only if one of its properties is another.
import { Component, type ComponentChild, type FunctionComponent, h } from 'preact'

export function memo<Properties extends object>(
  view: FunctionComponent<Properties>,
): new () => Component<Properties> {
  return class extends Component<Properties> {
    override shouldComponentUpdate(next: Readonly<Properties>): boolean {
      const names = Object.keys(next) as (keyof Properties)[]
      return names.some((name) => next[name] !== this.props[name])
    }

    override render(properties: Properties): ComponentChild {
      return h(view, properties)
    }
  }
}
