/** The menu of methods that the demo page offers: like Python's, shorter. */

import type { MethodInfo } from "../src/records";

type Row = readonly [key: string, label: string, hint: string, more?: Partial<MethodInfo>];

const PIXELS = { at: "pixels" } as const;

const GROUPS: readonly (readonly [group: string, rows: readonly Row[]])[] = [
  [
    "Class activation maps",
    [
      [
        "gradcam",
        "Grad-CAM",
        "Channels weighted by their mean gradient",
        { styles: ["paper", "pytorch-grad-cam", "captum", "torchcam"] },
      ],
      ["gradcam_pp", "Grad-CAM++", "Weights that count every instance", { styles: ["paper", "torchcam"] }],
      ["layercam", "LayerCAM", "Each cell weighted by its own gradient", { styles: ["paper", "captum"] }],
    ],
  ],
  ["CAMs without gradients", [["scorecam", "Score-CAM", "One pass a channel", { long: true }]]],
  [
    "Gradients at the pixels",
    [
      ["gradient", "Gradient", "Which pixels change the answer most", PIXELS],
      [
        "integrated_gradients",
        "Integrated gradients",
        "The gradient along the way from black",
        { ...PIXELS, long: true },
      ],
    ],
  ],
  [
    "Through the ReLUs",
    [
      ["guided_backprop", "Guided backpropagation", "Only what excites, on the way back", PIXELS],
      ["deconvnet", "Deconvnet", "Refused here, to see how that looks", PIXELS],
    ],
  ],
  [
    "Covering the image",
    [["occlusion", "Occlusion", "How the answer falls when a patch is covered", { ...PIXELS, long: true }]],
  ],
];

export const METHODS: readonly MethodInfo[] = GROUPS.flatMap(([group, rows]) =>
  rows.map(([key, label, hint, more]) => ({
    ...{
      key,
      label,
      group,
      hint,
      at: "layer" as const,
      long: false,
      citation: "",
      styles: ["paper" as const],
    },
    ...more,
  })),
);
