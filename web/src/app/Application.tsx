// The application: one router over the pages.

import { RouterProvider } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { router } from "./routes";

export function Application(): ReactElement {
  return <RouterProvider router={router} />;
}
