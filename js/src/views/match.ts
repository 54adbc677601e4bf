/** Which options fit what was typed, best first. */

/** How well a text fits: 0 exact, 1 start, 2 part, 3 letters in order, `null` not at all. */
export function rank(text: string, typed: string): number | null {
  const [whole, part] = [text.toLowerCase(), typed.toLowerCase()];
  if (whole === part) return 0;
  if (whole.startsWith(part)) return 1;
  if (whole.includes(part)) return 2;
  return inOrder(whole, part) ? 3 : null;
}

function inOrder(whole: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = whole.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** The places of the fitting options, best first and else in their order. Each option is its texts, the most important first. */
export function filter(options: readonly (readonly string[])[], typed: string): number[] {
  const wanted = typed.trim();
  if (!wanted) return options.map((_, i) => i);
  const fitting: { place: number; score: number }[] = [];
  options.forEach((texts, place) => {
    const scores = texts.map((text, i) => {
      const score = rank(text, wanted);
      // Letters that merely come in order count only in the first text; elsewhere they fit by accident.
      return score === null || (i > 0 && score === 3) ? Number.POSITIVE_INFINITY : score * 4 + i;
    });
    const score = Math.min(...scores);
    if (Number.isFinite(score)) fitting.push({ place, score });
  });
  return fitting.sort((a, b) => a.score - b.score || a.place - b.place).map(({ place }) => place);
}
