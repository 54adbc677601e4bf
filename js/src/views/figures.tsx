/** The values of a histogram in numbers. */

import { format, percent } from "../draw/number";
import { exact } from "../draw/si";
import type { Histogram } from "../findings";

interface Props {
  readonly now: Histogram;
  /** How many values the tallest bar stands for. */
  readonly top: number;
}

export function Figures(props: Props) {
  return (
    <dl class="nn-stats">
      {figuresOf(props).map(({ name, value, title, wide = false }) => (
        <div key={name} title={title} class={wide ? "nn-wide" : undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly title?: string;
  readonly wide?: boolean;
}

function figuresOf({ now, top }: Props): Figure[] {
  const { count, dead, channels, saturated, nonfinite } = now;
  const share = (part: number) => `${exact(part)} (${percent(part / Math.max(1, count))})`;
  const figures: Figure[] = [
    { name: "count", value: exact(count) },
    { name: "mean", value: format(now.mean, 4) },
    { name: "deviation", value: format(now.std, 4) },
    { name: "min", value: format(now.min, 4) },
    { name: "max", value: format(now.max, 4) },
    { name: "zero", value: percent(now.zero), title: "Share of the values that are exactly 0" },
    { name: "tallest bar", value: exact(top), title: "How many values the tallest bar stands for" },
  ];
  const wide = true;
  if (channels > 1) {
    const value = `${dead} of ${channels} channels`;
    figures.push({ name: "dead", value, title: "Channels that are 0 everywhere", wide });
  }
  if (saturated !== null) {
    const title = "Values at a bound of their activation";
    figures.push({ name: "saturated", value: share(saturated), title, wide });
  }
  if (nonfinite > 0)
    figures.push({ name: "not finite", value: share(nonfinite), title: "NaN or infinite; in no bin", wide });
  return figures;
}
