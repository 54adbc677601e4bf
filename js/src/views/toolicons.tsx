/** The icons of the tools on the image, drawn as those of the panel are. */

const PATHS = {
  look: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  region: "M2.8 5V2.8H5M7 2.8h2M11 2.8h2.2V5M13.2 7v2M13.2 11v2.2H11M9 13.2H7M5 13.2H2.8V11M2.8 9V7",
  blur: "M8 2.2c2.4 2.8 4 5 4 7.2a4 4 0 0 1-8 0c0-2.2 1.6-4.4 4-7.2ZM6.2 9.8A2 2 0 0 0 8 11.6",
  mean: "M4.2 3.2h7.6M5 6.4l6 6.8M11 6.4l-6 6.8",
  noise:
    "M3.4 3.6v.01M8 2.8v.01M12.4 4v.01M5.8 6.2v.01M10.2 6.8v.01M3 8.6v.01M7.6 9.6v.01M13 8.8v.01M5.2 12.6v.01M10.4 11.8v.01M13.2 13.2v.01",
  copy: "M6.6 9.4c.6-1.6-.6-2.6-.6-4.2a2 2 0 0 1 4 0c0 1.6-1.2 2.6-.6 4.2M3.4 12V9.4h9.2V12ZM3.4 14h9.2",
  erase: "M6 13 2.6 9.6 9 3.2l4.4 4.4L8 13ZM5.6 6.6 10 11M5 13h8.4",
  undo: "M5.4 3 2.6 5.8l2.8 2.8M2.6 5.8h6.6a3.7 3.7 0 0 1 0 7.4H6",
  redo: "m10.6 3 2.8 2.8-2.8 2.8M13.4 5.8H6.8a3.7 3.7 0 0 0 0 7.4H10",
  mirror: "M8 2.4v11.2M6 4.4v7.2H2ZM10 4.4v7.2h4Z",
  upend: "M2.4 8h11.2M4.4 6h7.2V2ZM4.4 10h7.2v4Z",
  left: "M4.4 2.8v3.4h3.4M4.6 6.2A4.7 4.7 0 1 1 3.4 10",
  right: "M11.6 2.8v3.4H8.2M11.4 6.2A4.7 4.7 0 1 0 12.6 10",
} as const;

export type ToolIconName = keyof typeof PATHS;

export function ToolIcon({ name }: { readonly name: ToolIconName }) {
  return (
    <svg class={name === "noise" ? "nn-icon nn-dots" : "nn-icon"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface ButtonProps {
  readonly icon: ToolIconName;
  readonly label: string;
  readonly title?: string;
  /** Greyed out, but not out of the keyboard's way: whoever took the last step back keeps the focus. */
  readonly off?: boolean;
  readonly onClick: () => void;
}

export function ToolButton({ icon, label, title = label, off = false, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class="nn-tool"
      aria-label={label}
      title={title}
      aria-disabled={off}
      onClick={() => off || onClick()}
    >
      <ToolIcon name={icon} />
    </button>
  );
}
