/** One node of the graph: a layer, a closed block, or an open one around its parts. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { INPUT } from "../graph/blocks";
import type { Placed } from "../graph/drawing";
import type { NetworkMap } from "../graph/map";
import { Icon } from "./icons";
import { Thumb } from "./thumb";

interface Props {
  readonly placed: Placed;
  readonly map: NetworkMap;
  /** The node that has, or would get, the focus. */
  readonly active: ReadonlySignal<number>;
  /** Whether it is, or holds, the layer of the panel. */
  readonly now: boolean;
  /** Whether something else was sought. */
  readonly faint: boolean;
}

export function GraphNode({ placed, map, active, now, faint }: Props) {
  const { node, x, y, width, height, depth, open } = placed;
  const isActive = useComputed(() => active.value === node).value;
  const facts = map.node(node);
  const block = map.isBlock(node);
  const classes = [
    open ? "nn-frame" : "nn-node",
    node === INPUT && "nn-input",
    now && "nn-now",
    faint && "nn-faint",
    facts?.viewable && !block && "nn-viewable",
  ];
  return (
    <div
      class={classes.filter(Boolean).join(" ")}
      role="treeitem"
      aria-label={map.label(node)}
      aria-level={depth + 1}
      aria-expanded={block ? open : undefined}
      aria-selected={now}
      tabIndex={isActive ? 0 : -1}
      data-node={node}
      style={{
        ...{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` },
        "--tint": facts ? `var(--nn-${facts.family}, var(--nn-other))` : "transparent",
      }}
    >
      {!open && facts?.thumb && <Thumb tile={facts.thumb} />}
      <span class="nn-node-words">
        <span class="nn-node-name">
          {block && (
            <span class="nn-fold" data-fold="">
              <Icon name={open ? "down" : "next"} />
            </span>
          )}
          <span class="nn-cut">{map.shortName(node)}</span>
          <span class="nn-node-kind nn-cut">{facts?.kind}</span>
        </span>
        {node !== INPUT && <span class="nn-node-facts nn-cut">{map.subtitle(node)}</span>}
      </span>
    </div>
  );
}
