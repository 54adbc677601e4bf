/** How far the tiles show what each channel wants, and why no more of it comes. */

import { useScope } from "./context";
import { Small } from "./controls";

export function WantedLine() {
  const { store } = useScope();
  const wishes = store.wishes.value;
  if (!wishes?.pictured.value) return null;
  const { layer, epoch, done, of } = store.traits._wanted.value;
  const shown = store.pictures.value;
  const known = layer === shown?.layer && epoch === shown?.epoch && Number.isInteger(of);
  const answering = store.answering.value;
  return (
    <>
      <span>
        What channels want{known && ": "}
        {known && <b>{`${done ?? 0} of ${of}`}</b>}
        {!answering && " · the rest needs a running kernel"}
      </span>
      {answering && wishes.problem.value && (
        <span>
          <span role="alert">{wishes.problem.value}</span>{" "}
          <Small onClick={() => wishes.retry()}>Try again</Small>
        </span>
      )}
    </>
  );
}
