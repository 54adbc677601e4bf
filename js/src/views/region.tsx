/** Channels of all layers that answer to a part of the image. */

import { Muted } from "./muted";

export function Region() {
  return <Muted>Region</Muted>;
}
