// Where a file is dropped or chosen.

import { type DragEvent, type ReactElement, type ReactNode, useId, useState } from "react";
import parts from "./parts.module.css";

interface DropFields {
  readonly label: string;
  readonly accept: string;
  readonly onFile: (file: File) => void;
  readonly children: ReactNode;
}

export function Drop({ label, accept, onFile, children }: DropFields): ReactElement {
  const id = useId();
  const [isOver, over] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) onFile(file);
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
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) onFile(file);
          event.target.value = "";
        }}
      />
    </div>
  );
}
