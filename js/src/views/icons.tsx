/** The few icons, drawn with one thin line in the colour of the text. */

const PATHS = {
  code: "M6 4.5 2.5 8 6 11.5M10 4.5 13.5 8 10 11.5",
  save: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3.5 13h9",
  grow: "M9.5 6.5 13 3M9.5 3H13v3.5M6.5 9.5 3 13M6.5 13H3V9.5",
  shrink: "M13 3 9.5 6.5M9.5 3v3.5H13M3 13l3.5-3.5M6.5 13V9.5H3",
  help: "M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12v.4",
  close: "m4 4 8 8M12 4l-8 8",
  back: "M9.5 4 5.5 8l4 4",
  next: "m6.5 4 4 4-4 4",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  lock: "M4 7.5h8v5.5H4zM5.7 7.5V5.3a2.3 2.3 0 0 1 4.6 0v2.2",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="nn-icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface ButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly framed?: boolean;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
}

/** A button that is an icon; its label is also its tooltip. */
export function IconButton({ icon, label, onClick, framed = false, disabled = false, pressed }: ButtonProps) {
  return (
    <button
      type="button"
      class={framed ? "nn-button nn-framed" : "nn-button"}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
