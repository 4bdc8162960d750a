declare const vouched: unique symbol;

/** The id of a space that was looked up and may be touched: what is written goes to no other. */
export type CheckedSpace = string & { readonly [vouched]: true };
