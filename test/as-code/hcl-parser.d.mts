export function parse(file: string, text: string): Promise<Record<string, unknown>>;
