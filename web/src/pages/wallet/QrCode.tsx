// A QR code drawn as one SVG path: no picture is fetched and none is made.

import encodeQR from "qr";
import { useMemo } from "react";
import styles from "./wallet.module.css";

const BORDER = 2;

/** The QR code of a short text. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, size } = useMemo(() => drawn(text), [text]);
  return (
    <svg className={styles["qr"]} role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} className={styles["paper"]} />
      <path d={path} className={styles["ink"]} />
    </svg>
  );
}

function drawn(text: string): { path: string; size: number } {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: BORDER });
  const cells = rows.flatMap((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")),
  );
  return { path: cells.join(""), size: rows.length };
}
