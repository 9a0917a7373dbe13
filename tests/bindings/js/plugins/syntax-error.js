// A file that is no program.
export const Broken = (;
