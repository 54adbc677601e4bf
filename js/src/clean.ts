/** What a trait may hold: hosts and old kernels may send anything. */

import { DEFAULTS, type ScopeModel } from "./model";
import type { LayerInfo, MethodInfo } from "./records";

/** A trait's value, or its default when the host holds something of another kind. */
export function clean<K extends keyof ScopeModel>(name: K, value: unknown): ScopeModel[K] {
  const fallback = DEFAULTS[name];
  if (name === "layers") return (Array.isArray(value) ? layersOf(value) : fallback) as ScopeModel[K];
  if (name === "_methods") return (Array.isArray(value) ? methodsOf(value) : fallback) as ScopeModel[K];
  const kind = kindOf(value);
  const fits = fallback === null ? kind === "number" || kind === "null" : kind === kindOf(fallback);
  return fits ? (value as ScopeModel[K]) : fallback;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? "bytes" : typeof value;
}

/** The same list for the same list, so that nothing is drawn twice. */
function once<T>(clean: (list: readonly unknown[]) => readonly T[]) {
  const cleaned = new WeakMap<readonly unknown[], readonly T[]>();
  return (list: readonly unknown[]): readonly T[] => {
    const known = cleaned.get(list) ?? clean(list);
    cleaned.set(list, known);
    return known;
  };
}

/** The layers that can be drawn. */
const layersOf = once((list) => list.filter(isLayer));

function isLayer(value: unknown): value is LayerInfo {
  const layer = value as Partial<LayerInfo> | null;
  return typeof layer?.name === "string" && Array.isArray(layer.shape) && layer.shape.length === 3;
}

/** The methods that can be offered. */
const methodsOf = once((list) => list.filter(isMethod));

function isMethod(value: unknown): value is MethodInfo {
  const method = value as Partial<MethodInfo> | null;
  return typeof method?.key === "string" && typeof method.label === "string" && Array.isArray(method.styles);
}
