import type { KeptExport } from "../../tools/exports/kept-exports.ts";
import type { Resource, ResourceSource } from "./source.ts";

const prefix = "kibana-export://";

function resources({ files }: KeptExport): Resource[] {
  return files.flatMap(({ name, mimeType, parts }) =>
    parts.map(({ uri, text }, index) => ({
      uri,
      name: parts.length === 1 ? name : `${name} (part ${index + 1} of ${parts.length})`,
      mimeType,
      size: Buffer.byteLength(text),
    })),
  );
}

/** Exports of export_connectors that were too large for one answer. */
export const exportParts: ResourceSource = {
  prefix,
  templates: [
    {
      uriTemplate: `${prefix}{id}/{file}/{part}`,
      name: "export-part",
      title: "Part of an export",
      description: "A part of a file that export_connectors made; that tool's answer has the addresses. Kept for half an hour.",
    },
  ],
  list: async ({ principal, exports }) => exports.of(principal.name).flatMap(resources),
  async read(uri, { principal, exports }) {
    const files = exports.of(principal.name).flatMap((kept) => kept.files);
    const file = files.find(({ parts }) => parts.some((part) => part.uri === uri));
    const part = file?.parts.find((one) => one.uri === uri);
    return file && part && { mimeType: file.mimeType, text: part.text };
  },
  async complete({ variable, value, others }, { principal, exports }) {
    const kept = exports.of(principal.name);
    const files = kept.filter(({ id }) => others.id === undefined || others.id === id).flatMap(({ files }) => files);
    const values = {
      id: kept.map(({ id }) => id),
      file: files.map(({ name }) => name),
      part: files.filter(({ name }) => name === others.file).flatMap(({ parts }) => parts.map((_text, index) => String(index + 1))),
    };
    const all = Object.entries(values).find(([name]) => name === variable)?.[1] ?? [];
    return [...new Set(all)].filter((one) => one.startsWith(value));
  },
};
