// A file that fails when it is run.
export const value = null.property;
