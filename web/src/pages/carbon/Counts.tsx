// What became of the serials of a batch, as one bar and its figures.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { decimal } from "../../ops/amounts";
import styles from "./carbon.module.css";

interface CountsFields {
  readonly counts: Readonly<Record<string, number>>;
}

export function Counts({ counts }: CountsFields): ReactElement {
  const { t } = useTranslation("carbon");
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  const total = shown.reduce((sum, [, count]) => sum + count, 0);
  let at = 0;
  const parts = shown.map(([name, count]) => {
    const x = at;
    at += (count / total) * 1_000;
    return <rect key={name} className={styles[name]} x={x} width={at - x} height={16} />;
  });
  return (
    <>
      <svg
        className={styles["counts"]}
        viewBox="0 0 1000 16"
        preserveAspectRatio="none"
        aria-hidden
      >
        {parts}
      </svg>
      <ul className={styles["legend"]}>
        {shown.map(([name, count]) => (
          <li key={name}>
            <svg viewBox="0 0 10 10" aria-hidden>
              <rect className={styles[name]} width={10} height={10} />
            </svg>
            {`${t(`count.${name}`)} ${decimal(BigInt(count), 0, 0)} t`}
          </li>
        ))}
      </ul>
    </>
  );
}
