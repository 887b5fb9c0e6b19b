/** Values of the settings that have names; apart from the schema, so that `--help` needs no zod. */
export const ENCODERS = ["nature", "impala"] as const;
export const PADDINGS = ["same", "valid"] as const;
export const HEADS = ["scalar", "c51", "quantile"] as const;
export const LOSSES = ["huber", "squared"] as const;
export const CLIPPINGS = ["variable", "global"] as const;
