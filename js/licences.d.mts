interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** The name of the file of all licence texts. */
export const TEXTS: string;
/** The packages among the inputs of a build, and what they depend on; one without a licence text raises. */
export function packagesOf(inputs: readonly string[]): Package[];
