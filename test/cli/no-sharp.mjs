// Loaded with --import: a machine on which sharp is not installed.
import { register } from "node:module";

const hook = `export function resolve(specifier, context, next) {
  if (specifier !== "sharp") return next(specifier, context);
  throw Object.assign(new Error("Cannot find package 'sharp'"), { code: "ERR_MODULE_NOT_FOUND" });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
