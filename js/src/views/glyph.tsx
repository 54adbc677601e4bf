/** The icons of the tools, drawn like those of the panel. */

const PATHS = {
  silence: "M3 6.2v3.6h2.2L8 12.2V3.8L5.2 6.2zM10.6 6.2l3.2 3.6M13.8 6.2l-3.2 3.6",
  pin: "M5.8 2.8h4.4l-.6 3.6 2 2.4H4.4l2-2.4zM8 8.8v4.4",
  close: "m4.5 4.5 7 7M11.5 4.5l-7 7",
} as const;

export function Glyph({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="nn-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
