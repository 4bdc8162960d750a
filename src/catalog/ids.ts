/** The ids of all entries. The build replaces this module with the list, so that a start need not know the entries. */
export { catalogIds } from "./index.ts";
