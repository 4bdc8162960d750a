/** A trap of the types that Elastic Security's response actions choose (first-by-name.ts). */
export const responseActions =
  "Response actions of Elastic Security take the first connector of this type, by its name, in their space: a second one, or another name, may take them over.";
