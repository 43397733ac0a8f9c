/** Losses that the translation itself tells, for any field, without a row. The register lists the same with `by: engine`. */
export const ENGINE_LOSSES = [
  'ts-offset',
  'ts-frac',
  'ts-zone',
  'str-trim',
  'int-repair',
  'int-clamp',
  'xml-char',
  'data-json',
  'decimal',
] as const;
export type EngineLoss = (typeof ENGINE_LOSSES)[number];
