// A file of our own, so that the package is loaded at the first kibana.yml: bundled, it would lose its names in a direct import().
export { Document, isScalar, Scalar, visit } from "yaml";
