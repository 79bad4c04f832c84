export function generatedParts(results: object): Record<string, string>;
export function withParts(document: string, parts: Readonly<Record<string, string>>): string;
