// What fails while it is drawn takes its page down, not the whole console.

import { Component, type ComponentChildren, type VNode } from "preact";
import { Problem } from "./notices.tsx";

interface Props {
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { readonly error: unknown }> {
  override state = { error: undefined as unknown };

  static override getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ComponentChildren {
    if (this.state.error === undefined) return this.props.children;
    return <Problem error={this.state.error} retry={() => this.setState({ error: undefined })} />;
  }
}

/** What is shown in place of a page whose script did not come. */
export function NotLoaded(): VNode {
  return (
    <>
      <h1>This page did not load</h1>
      <p>The gateway may have been replaced by another version, or cannot be reached.</p>
      <button type="button" onClick={() => location.reload()}>
        Load the console again
      </button>
    </>
  );
}
