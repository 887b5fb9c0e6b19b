/** Frames in one observation, newest last (Mnih et al. 2015, "Methods: Preprocessing"). */
export const STACK_FRAMES = 4;
