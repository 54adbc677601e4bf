/** The choices of a menu under their headings. */

/** Neighbours of one group, in the order in which they came; a group that comes again begins again. */
export function grouped<T extends { readonly group?: string }>(
  options: readonly T[],
): readonly { readonly group: string; readonly options: readonly T[] }[] {
  const groups: { group: string; options: T[] }[] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last && last.group === (option.group ?? "")) last.options.push(option);
    else groups.push({ group: option.group ?? "", options: [option] });
  }
  return groups;
}
