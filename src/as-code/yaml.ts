// A file of our own, so that the package is loaded only for a kibana.yml: bundled, a direct import() of it would lose its names.
export { Document, isScalar, Scalar, visit } from "yaml";
