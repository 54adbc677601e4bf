/** What differs between this and the other: channels ranked by change. */

import { Muted } from "./muted";

export function Differences() {
  return <Muted>Differences</Muted>;
}
