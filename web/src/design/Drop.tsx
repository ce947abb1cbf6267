// Where files are dropped or chosen.

import { type DragEvent, type ReactElement, type ReactNode, useId, useState } from "react";
import parts from "./parts.module.css";

interface DropFields {
  readonly label: string;
  readonly accept: string;
  /** Whether more than one is taken at a time; else only the first. */
  readonly several?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

export function Drop({ label, accept, several, onFiles, children }: DropFields): ReactElement {
  const id = useId();
  const [isOver, over] = useState(false);
  const take = (list: FileList | null) => {
    const files = [...(list ?? [])].slice(0, several === true ? undefined : 1);
    if (files.length > 0) onFiles(files);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={`${parts["drop"]} ${isOver ? parts["over"] : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        over(true);
      }}
      onDragLeave={() => over(false)}
      onDrop={drop}
    >
      {children}
      <label htmlFor={id} className={parts["button"]}>
        {label}
      </label>
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple={several === true}
        accept={accept}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
    </div>
  );
}
