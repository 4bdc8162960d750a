/** The version that package.json holds; a test compares. */
export const version = "0.1.0";
