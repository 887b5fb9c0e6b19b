/** A compute shader; sizes are its `override` constants, so each size has a pipeline of its own. */
export interface Shader {
  readonly name: string;
  /** WGSL, entry point `main`, bindings 0, 1, … of group 0. */
  readonly code: string;
}

/** A shader with a thread for each of so many values, from {@link eachShader}. */
export interface EachShader extends Shader {
  /** Of one workgroup. */
  readonly threads: number;
}

/**
 * A shader whose threads each have one value, the `i`-th of `count`.
 * @param options `count`: WGSL for how many there are; `body`: what the thread does; `threads`: of
 * a workgroup, default 64, as wide as any vendor's processors work in step
 */
export function eachShader(options: {
  readonly name: string;
  readonly declarations: string;
  readonly count: string;
  readonly body: string;
  readonly threads?: number;
}): EachShader {
  const { name, declarations, count, body, threads = 64 } = options;
  const code = `${declarations}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * ${threads}u + thread;
  if (i >= ${count}) { return; }
  ${body}
}`;
  return { name, code, threads };
}
