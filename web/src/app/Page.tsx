// The frame of a page: its title, said to the browser too, and what stands beside it.

import { type ReactElement, type ReactNode, useEffect } from "react";
import styles from "./Page.module.css";

interface PageFields {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, lead, side, children }: PageFields): ReactElement {
  useEffect(() => {
    document.title = `${title} · CTN`;
  }, [title]);
  return (
    <div className={styles["page"]}>
      <header className={styles["head"]}>
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className={styles["lead"]}>{lead}</p>}
        </div>
        <div>{side}</div>
      </header>
      {children}
    </div>
  );
}
