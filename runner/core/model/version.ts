/** The version of Coalmine: that of package.json, of which a function's bundle needs no more. */
export const VERSION = '0.1.0';
