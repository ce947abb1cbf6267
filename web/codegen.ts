// Types and persisted documents from the committed schema: one step, so they never come apart.

import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: ["src/{app,pages,wallet}/**/*.graphql"],
  silent: true,
  generates: {
    "./src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: "embedHashInDocument", hashAlgorithm: "sha256" },
      },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Address: "string",
          Amount: "string",
          Columns: "Record<string, unknown>",
          Count: "number",
          Hash: "string",
          Height: "number",
          OpJson: "Record<string, unknown>",
          Time: "string",
        },
      },
    },
  },
};

export default config;
