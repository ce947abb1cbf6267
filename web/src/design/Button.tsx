// A button; what it stands for decides its colour, what it says its name.

import type { ButtonHTMLAttributes, ReactElement } from "react";
import parts from "./parts.module.css";

interface ButtonFields extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: "primary" | "buy" | "sell" | "plain";
  readonly small?: boolean;
}

/** A press of it does one thing; it never submits a form unless its type says so. */
export function Button({ tone, small, className, ...rest }: ButtonFields): ReactElement {
  const names = [parts["button"], tone && parts[tone], small && parts["small"], className];
  return <button type="button" {...rest} className={names.filter(Boolean).join(" ")} />;
}
