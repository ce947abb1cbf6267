// A native dialog: the browser keeps the focus inside and gives it back.

import { type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import parts from "./parts.module.css";

interface DialogFields {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Shown as long as it is drawn; Escape and the cross call `onClose`. */
export function Dialog({ title, onClose, children }: DialogFields): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const { t } = useTranslation("app");
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={parts["dialog"]}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className={parts["dialogHead"]}>
        <h2 id={id}>{title}</h2>
        <Button tone="plain" aria-label={t("close")} onClick={onClose}>
          {"✕"}
        </Button>
      </header>
      <div className={parts["dialogBody"]}>{children}</div>
    </dialog>
  );
}
