// The types of content.js, for the harness.

export declare function seeded(text: string): () => number

export declare function digestOf(message: unknown): string
