/** The whole network: its layers and what they cost. */

import { useAnswer } from "./answer";
import { Failure, Waiting } from "./room";

export function Network() {
  const { value: network, problem, retry } = useAnswer("network", {});
  if (problem) return <Failure sentence={problem} again={retry} />;
  if (!network) return <Waiting>Following the image through the network …</Waiting>;
  return <p class="nn-muted">{`${network.nodes.length} layers`}</p>;
}
