/** A short word to the user, on the screen and read out, that goes away by itself. */

import type { ViewState } from "../view";

const STAYS = 5000;

export function tell(view: ViewState, words: string): void {
  view.notice.value = words;
  view.said.value = words;
  setTimeout(() => {
    if (view.notice.peek() === words) view.notice.value = "";
  }, STAYS);
}
