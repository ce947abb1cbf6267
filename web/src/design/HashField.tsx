// The hash of a document: typed, or taken from a file that never leaves the page.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ReactElement } from "react";
import { Drop } from "./Drop";
import { Field } from "./Field";

const HASH = /^[0-9a-f]{64}$/;

/** Whether a text is a SHA-256 in hex. */
export function isHash(text: string): boolean {
  return HASH.test(text);
}

interface HashFields {
  readonly label: string;
  readonly value: string;
  readonly onHash: (hash: string) => void;
  readonly words: {
    readonly hint: string;
    readonly rule: string;
    readonly file: string;
    readonly drop: string;
  };
}

export function HashField({ label, value, onHash, words }: HashFields): ReactElement {
  const hash = (files: readonly File[]) =>
    void files[0]?.arrayBuffer().then((bytes) => onHash(bytesToHex(sha256(new Uint8Array(bytes)))));
  return (
    <>
      <Field
        label={label}
        value={value}
        maxLength={64}
        spellCheck={false}
        hint={words.hint}
        wrong={value === "" || isHash(value) ? null : words.rule}
        onChange={(event) => onHash(event.target.value.trim().toLowerCase())}
      />
      <Drop label={words.file} accept="*/*" onFiles={hash}>
        <span>{words.drop}</span>
      </Drop>
    </>
  );
}
