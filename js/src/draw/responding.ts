/** Which channels of one layer answer to the region. */

import type { Ranked, Ranking } from "../compared";
import type { LayerPictures } from "../records";
import { coarseTile } from "./tiles";

/** A row of the list; what is inside and outside is known only of those the kernel ranked over all layers. */
export type Responding = Omit<Ranked, "inside" | "outside"> & Partial<Pick<Ranked, "inside" | "outside">>;

/** The first `most` channels of the layer that is shown, falling by score; without those whose score is unknown. */
export function respondingOf(ranking: Ranking, pictures: LayerPictures, most: number): Responding[] {
  const { layer, scores, rows } = ranking;
  if (layer !== pictures.layer || scores.length !== pictures.channels) return [];
  const known = Array.from(scores, (score, channel) => ({ score, channel })).filter(
    ({ score }) => !Number.isNaN(score),
  );
  known.sort((a, b) => b.score - a.score || a.channel - b.channel);
  return known.slice(0, most).map(({ score, channel }) => {
    const found = rows.find((row) => row.layer === layer && row.channel === channel);
    return found ?? { layer, channel, score, tile: coarseTile(pictures, channel) };
  });
}
