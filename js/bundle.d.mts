/** Builds into a folder; each file that was made, with what esbuild says of it. */
export function build(outdir: string): Promise<[string, { bytes: number; inputs: object }][]>;
